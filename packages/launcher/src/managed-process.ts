import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LineSplitter } from './line-splitter.js';

/** The exit code of a process, or the signal that ended it. */
export type Exit = number | NodeJS.Signals;

/** A signal, and how long the process may take to end after it. */
export type StopStep = readonly [signal: NodeJS.Signals, graceMs: number];

export interface ProcessPlan {
  /** For people. */
  name: string;
  /** Node.js unless named. */
  program?: string;
  parameters: readonly string[];
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** A file that the process itself appends to, or a function that gets each line. */
  output: { file: string; open?: () => number } | { onLine: (line: string) => void };
  uid?: number | undefined;
  gid?: number | undefined;
  /** In a process group of its own, out of reach of the terminal's Ctrl-C: its owner says when it ends. */
  detached?: boolean;
  /** It does not keep this program running. */
  unref?: boolean;
  onStart?: (pid: number) => void;
  /** `asked` is whether the end was asked for; `how` is it in words, as "ended with code 1". */
  onEnd?: (how: string, asked: boolean) => void;
}

const STOP_STEPS: readonly StopStep[] = [
  ['SIGTERM', 20_000],
  ['SIGKILL', 5_000],
];
const PROBE_EVERY_MS = 50;

/** The processes that run now; they must not outlive this program when it ends early. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that can be started again after it has ended. */
export class ManagedProcess {
  private child: ChildProcess | undefined;
  private exit: Promise<Exit> = Promise.resolve(0);
  /** Of the process that was started last: whether its end was asked for. */
  private life = { asked: false };
  private how = 'was never started';

  constructor(private readonly plan: ProcessPlan) {}

  get name(): string {
    return this.plan.name;
  }

  /** Of the process that was started last; 0 when there was none. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get running(): boolean {
    const { child } = this;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when the process that was started last has ended and its output is read. */
  get ended(): Promise<Exit> {
    return this.exit;
  }

  /** Starts it, with more environment for this time only. */
  start(extraEnv: Readonly<Record<string, string>> = {}): void {
    if (this.running) throw new Error(`${this.name} runs already`);
    const { program = process.execPath, parameters, cwd, uid, gid, detached, output } = this.plan;
    const env = { ...this.plan.env, ...extraEnv };
    const file = 'file' in output ? (output.open?.() ?? openSync(output.file, 'a')) : undefined;
    const stdio: StdioOptions = ['ignore', file ?? 'pipe', file ?? 'pipe'];
    const child = spawn(program, parameters, { cwd, env, uid, gid, detached, stdio });
    if (file !== undefined) closeSync(file);
    if ('onLine' in output) readLines(child, output.onLine);
    this.child = child;
    this.life = { asked: false };
    this.exit = this.untilEnded(child, this.life);
    running.add(child);
    if (this.plan.unref) child.unref();
    if (child.pid !== undefined) this.plan.onStart?.(child.pid);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child?.kill(signal);
  }

  /** Its end is asked for from now on, also when it ends by itself. */
  expectEnd(): Promise<Exit> {
    this.life.asked = true;
    return this.exit;
  }

  /** Sends one signal after another until it has ended; rejects when it outlives all of them. */
  async end(steps: readonly StopStep[] = STOP_STEPS): Promise<Exit> {
    const exit = this.expectEnd();
    if (this.running) this.child?.ref(); // else this program could end before the process does
    for (const [signal, graceMs] of steps) {
      if (!this.running) break;
      this.signal(signal);
      const timer = new AbortController();
      const late = pause(graceMs, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([exit, late]);
      timer.abort();
    }
    if (this.running) throw new Error(`${this.name} (process ${this.pid}) does not end`);
    return exit;
  }

  /**
   * Resolves when the probe answers undefined; until then it answers what is missing. Rejects with that
   * and the end of the log when the process has ended or the time is up.
   */
  async ready(
    probe: () => Promise<string | undefined>,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const missing = await probe();
      signal?.throwIfAborted();
      // An answer for a process that has ended came from another one that took its port.
      if (!this.running) throw new Error(`${this.name} ${this.how}.${this.logTail()}`);
      if (missing === undefined) return;
      if (performance.now() > untilMs) {
        const seconds = timeoutMs / 1_000;
        throw new Error(
          `${this.name} was not ready within ${seconds} s: ${missing}.${this.logTail()}`,
        );
      }
      await pause(PROBE_EVERY_MS, undefined, { signal });
    }
  }

  /** The last lines of its log file, with a heading; empty when its output goes to a function. */
  logTail(lines = 15): string {
    const { output } = this.plan;
    if (!('file' in output)) return '';
    const text = readFileSync(output.file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    return ` Its log (${output.file}) ends:\n${text}`;
  }

  private untilEnded(child: ChildProcess, life: { asked: boolean }): Promise<Exit> {
    return new Promise((resolve) => {
      let failure: string | undefined;
      child.once('error', (error) => (failure = `could not be started: ${error.message}`));
      // Not at "exit": the last lines are still in the pipe then.
      child.once('close', (code, signal) => {
        running.delete(child);
        this.how = failure ?? `ended with ${signal ?? `code ${code}`}`;
        this.plan.onEnd?.(this.how, life.asked);
        resolve(signal ?? code ?? 0);
      });
    });
  }
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    const lines = new LineSplitter(onLine);
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => lines.push(text));
    stream?.on('end', () => lines.end());
  }
}
