import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const APPS = [
  'api-gateway',
  'order-service',
  'inventory-service',
  'payment-service',
  'orchestrator',
] as const;
export type AppName = (typeof APPS)[number];

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** The file of an app, from the project's root, as contracts.md names it. */
export function appFile(app: AppName, file = 'main.js'): string {
  return `${PROJECT}apps/${app}/dist/${file}`;
}

/** A crowd has a line for each of its requests; what a test looks for must still be there. */
const LINES_KEPT = 200_000;

/** One app as the process a user runs: started, stopped kindly, or killed at once. */
export class AppProcess {
  readonly lines: string[] = [];
  private child: ChildProcess | undefined;
  private exit: Promise<number | NodeJS.Signals> = Promise.resolve(0);

  constructor(
    readonly app: AppName,
    readonly port: number,
    readonly metricsPort: number,
    readonly env: Record<string, string>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where it tells its metrics and its dependencies. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.metricsPort}`;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && !this.child.signalCode;
  }

  /** Of the process that was spawned last. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves to the exit code, or to the signal that ended the process. */
  get ended(): Promise<number | NodeJS.Signals> {
    return this.exit;
  }

  spawn(extraEnv: Record<string, string> = {}): void {
    const child = spawn(process.execPath, ['--enable-source-maps', appFile(this.app)], {
      env: {
        PATH: process.env['PATH'] ?? '',
        ...this.env,
        ...extraEnv,
        PORT: String(this.port),
        METRICS_PORT: String(this.metricsPort),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
    });
    for (const stream of [child.stdout, child.stderr]) {
      // Not readline, which also ends a line where a hostile text has a U+2028 in it.
      let unfinished = '';
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        const lines = (unfinished + text).split('\n');
        unfinished = lines.pop() ?? '';
        this.keep(lines);
      });
      stream?.on('end', () => this.keep([unfinished]));
    }
  }

  /** SIGTERM, and the exit code the app answers it with. */
  stop(): Promise<number | NodeJS.Signals> {
    if (this.running) this.child?.kill('SIGTERM');
    return this.exit;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals> {
    if (this.running) this.child?.kill(signal);
    return this.exit;
  }

  /** What everybody is told: whether this process can serve. */
  async readiness(): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.url}/health/ready`);
    return { status: response.status, text: await response.text() };
  }

  /** What operators are told: whether everything is there that it works with, and why not. */
  async dependencies(): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.metricsUrl}/health/dependencies`);
    return { status: response.status, text: await response.text() };
  }

  private keep(lines: readonly string[]): void {
    this.lines.push(...lines.filter((line) => line !== ''));
    if (this.lines.length > LINES_KEPT) this.lines.splice(0, this.lines.length - LINES_KEPT);
  }
}
