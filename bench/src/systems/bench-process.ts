import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface ProcessPlan {
  name: string;
  /** Node.js unless named. */
  program?: string;
  /** Of Node.js: flags, then the file. */
  parameters: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What it prints goes straight there; nobody's CPU is spent on reading it. */
  logFile: string;
  /** Told when it ends without having been asked to. */
  onDeath: (error: Error) => void;
}

const END_WITHIN_MS = 20_000;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One process of a system under test. Out of reach of the terminal's Ctrl-C: we say when it ends. */
export class BenchProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private ending = false;

  constructor(private readonly plan: ProcessPlan) {
    const log = openSync(plan.logFile, 'w');
    this.child = spawn(plan.program ?? process.execPath, plan.parameters, {
      cwd: plan.cwd,
      env: plan.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(this.child);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => this.died(error.message, resolve));
      this.child.once('exit', (code, signal) => this.died(signal ?? `code ${code}`, resolve));
    });
  }

  get name(): string {
    return this.plan.name;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  logTail(lines = 15): string {
    return readFileSync(this.plan.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Asks it to end, and makes it end when it does not. */
  async end(): Promise<void> {
    this.ending = true;
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), END_WITHIN_MS);
    await this.ended;
    clearTimeout(insist);
  }

  private died(how: string, ended: () => void): void {
    running.delete(this.child);
    ended();
    if (this.ending) return;
    this.plan.onDeath(
      new Error(
        `${this.name} ended with ${how}. Its log (${this.plan.logFile}) ends:\n${this.logTail()}`,
      ),
    );
  }
}
