import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultProxy } from '../proxy/fault-proxy.js';
import { type AppName, appFile, PROJECT } from './apps.js';

export interface AppInstancePlan {
  /** "orchestrator-1" */
  name: string;
  app: AppName;
  port: number;
  metricsPort: number;
  env: Readonly<Record<string, string>>;
  /** Its ways to the broker's nodes; one when there is one node, none for the gateway. */
  brokerLinks: readonly FaultProxy[];
  /** Its way to its database; the gateway has none. */
  databaseLink: FaultProxy | undefined;
  /** What it prints goes straight there, over all its lives. */
  logFile: string;
  /** Told when it ends without having been expected to. */
  onDeath: (instance: AppInstance, how: string) => void;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One process of the system under drill, which lives as often as it is spawned. */
export class AppInstance {
  private child: ChildProcess | undefined;
  /** Resolves to the signal or the exit code (as text) that ended its present life. */
  private end: Promise<string> = Promise.resolve('never started');
  private expected = false;

  constructor(private readonly plan: AppInstancePlan) {}

  get name(): string {
    return this.plan.name;
  }

  get app(): AppName {
    return this.plan.app;
  }

  get url(): string {
    return `http://127.0.0.1:${this.plan.port}`;
  }

  get brokerLinks(): readonly FaultProxy[] {
    return this.plan.brokerLinks;
  }

  get databaseLink(): FaultProxy | undefined {
    return this.plan.databaseLink;
  }

  get logFile(): string {
    return this.plan.logFile;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && !this.child.signalCode;
  }

  /** Starts its next life, with more or other environment than usual for this once. */
  spawn(extraEnv: Readonly<Record<string, string>> = {}): void {
    if (this.running) throw new Error(`${this.name} runs already`);
    const log = openSync(this.plan.logFile, 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', appFile(this.app, 'main.js')], {
      cwd: `${PROJECT}apps/${this.app}`,
      env: {
        PATH: process.env['PATH'],
        ...this.plan.env,
        ...extraEnv,
        PORT: String(this.plan.port),
        METRICS_PORT: String(this.plan.metricsPort),
      },
      detached: true, // out of reach of the terminal's Ctrl-C: we say when it ends
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(child);
    this.child = child;
    this.expected = false;
    this.end = new Promise((resolve) => {
      const ended = (how: string): void => {
        running.delete(child);
        resolve(how);
        if (!this.expected) this.plan.onDeath(this, how);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `code ${code}`));
    });
  }

  /** Its end from now on is meant; resolves when it comes. For one that kills itself. */
  expectEnd(): Promise<string> {
    this.expected = true;
    return this.end;
  }

  /** Ends it: kill -9 unless told otherwise. */
  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<string> {
    if (!this.running) return this.end;
    const ended = this.expectEnd();
    this.child?.kill(signal);
    return ended;
  }

  /** SIGTERM; rejects when it does not end by itself with code 0. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const insist = setTimeout(() => this.child?.kill('SIGKILL'), STOP_WITHIN_MS);
    const how = await this.kill('SIGTERM');
    clearTimeout(insist);
    if (how !== 'code 0') throw new Error(`${this.name} was asked to end and ended with ${how}`);
  }

  /** SIGSTOP: it stands still, with everything it holds. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  /** SIGCONT */
  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** It serves, and everything is there that it works with. */
  async isReady(): Promise<boolean> {
    const dependencies = `http://127.0.0.1:${this.plan.metricsPort}/health/dependencies`;
    try {
      const signal = AbortSignal.timeout(2_000);
      const serving = await fetch(`${this.url}/health/ready`, { signal });
      return serving.ok && (await fetch(dependencies, { signal })).ok;
    } catch {
      return false;
    }
  }

  /** Resolves once it says it is ready; rejects when it ends before, or takes too long. */
  async ready(timeoutMs = READY_WITHIN_MS): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    while (!(await this.isReady())) {
      if (!this.running) throw new Error(`${this.name} ended before it was ready`);
      if (performance.now() > untilMs) {
        throw new Error(`${this.name} was not ready within ${timeoutMs / 1000} s`);
      }
      await pause(50);
    }
  }
}
