import { spawn, type ChildProcess } from 'node:child_process';
import { endProcess, type Asking } from '../servers/process-identity.js';
import type { LedgerEntry, ProcessLedger } from '../servers/process-ledger.js';
import { appFile, type AppName } from './apps.js';
import { LineSplitter } from './log-stream.js';
import { RestartBackoff } from '../servers/restart-backoff.js';

/** Smaller pauses and less memory for processes that mostly wait. */
const NODE_FLAGS = ['--max-semi-space-size=16'];
/** An app that drains has 15 s of its own to do so. */
const DRAIN_MS_MAX = 20_000;
const AT_ONCE: readonly Asking[] = [['SIGKILL', 5_000]];

export interface AppChildOptions {
  name: AppName;
  env: NodeJS.ProcessEnv;
  ledger: ProcessLedger;
  onLine: (line: string) => void;
  /** Told when it died, and after how long it is started again. */
  onDeath: (how: string, restartInMs: number) => void;
}

/** One app as a child process that is started again whenever it dies, until it is stopped. */
export class AppChild {
  private child: ChildProcess | undefined;
  private entry: LedgerEntry | undefined;
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly backoff = new RestartBackoff();

  constructor(private readonly options: AppChildOptions) {}

  /** It accepts for SHUTDOWN_DELAY_MS before it begins to drain. */
  private get inOrder(): readonly Asking[] {
    const delayMs = Number(this.options.env.SHUTDOWN_DELAY_MS ?? 0) || 0;
    return [
      ['SIGTERM', DRAIN_MS_MAX + delayMs],
      ['SIGKILL', 5_000],
    ];
  }

  get name(): AppName {
    return this.options.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const { name, env, ledger, onLine } = this.options;
    const startedAtMs = performance.now();
    const child = spawn(process.execPath, [...NODE_FLAGS, appFile(name, 'main.js')], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // Ctrl-C in the terminal must not reach the apps before we say so
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      const lines = new LineSplitter(onLine);
      stream.setEncoding('utf8').on('data', (text: string) => lines.push(text));
      stream.on('end', () => lines.end());
    }
    if (child.pid !== undefined) {
      this.entry = ledger.enter({ name, kind: 'app', pid: child.pid, askings: this.inOrder });
    }
    // Not at "exit": what it said last is still in the pipe then.
    child.once('close', (code, signal) => {
      if (this.entry) ledger.strike(this.entry);
      if (!this.stopping) this.startAgain(signal ?? `exit code ${code}`, startedAtMs);
    });
  }

  async stop({ hurry = false } = {}): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    if (this.entry) await endProcess(this.entry, hurry ? AT_ONCE : this.inOrder);
  }

  private startAgain(how: string, startedAtMs: number): void {
    const delayMs = this.backoff.delayMs(performance.now() - startedAtMs);
    this.timer = setTimeout(() => this.start(), delayMs);
    this.options.onDeath(how, delayMs);
  }
}
