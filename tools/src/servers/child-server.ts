import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, type Asking } from './process-identity.js';
import { ProcessLedger, type LedgerEntry } from './process-ledger.js';
import { openPrivateLog } from './private-files.js';
import type { Account } from './account.js';

export interface ChildServerOptions {
  name: string;
  program: string;
  parameters: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  account?: Account;
  /** How the server is asked to end. */
  askings: readonly Asking[];
  ledger: ProcessLedger;
  /** Told when it ends, after it was ready, without having been asked to. */
  onDeath?: (how: string) => void;
}

/** Still running servers of this process; they must not outlive it when it ends without ado. */
const running = new Set<ChildServer>();
process.on('exit', () => {
  for (const server of running) server.killNow();
});

/** A server that runs as our child, out of reach of the terminal's Ctrl-C, written down in the ledger. */
export class ChildServer {
  private readonly child: ChildProcess;
  private readonly entry: LedgerEntry | undefined;
  private failure: string | undefined;
  private readonly ended: Promise<void>;
  private up = false;
  private ending = false;

  constructor(private readonly options: ChildServerOptions) {
    const log = openPrivateLog(options.logFile, options.account);
    this.child = withoutRightsForOthers(() =>
      spawn(options.program, options.parameters, {
        cwd: options.cwd,
        env: options.env,
        uid: options.account?.uid,
        gid: options.account?.gid,
        detached: true, // a process group of its own: we decide the order in which things end
        stdio: ['ignore', log, log],
      }),
    );
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => {
        this.failure = error.message;
        resolve();
      });
      this.child.on('exit', (code, signal) => {
        this.failure ??= `ended with ${signal ?? `code ${code}`}`;
        this.forget();
        if (this.up && !this.ending) options.onDeath?.(this.failure);
        resolve();
      });
    });
    this.child.unref();
    running.add(this);
    const { name, askings, ledger } = options;
    this.entry = this.child.pid
      ? ledger.enter({ name, askings, kind: 'server', pid: this.child.pid })
      : undefined;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Whether it was ready once and its process has not ended since. */
  get running(): boolean {
    return this.up && this.failure === undefined;
  }

  /** Waits until the probe answers yes; throws with the end of the log when the server ends or is slow. */
  async ready(probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    // The yes of somebody else, who took the port meanwhile, is no yes of a server that has ended.
    while (!(await probe()) || this.failure !== undefined) {
      if (this.failure === undefined && performance.now() < until) {
        await delay(50);
        continue;
      }
      const why = this.failure ?? `did not answer within ${timeoutMs / 1000} s`;
      await this.end([['SIGKILL', 5_000]]);
      throw new Error(`${this.options.name} ${why}. Its log ends:\n${this.logTail()}`);
    }
    this.up = true;
  }

  async end(askings = this.options.askings): Promise<void> {
    this.ending = true;
    this.child.ref(); // else this program, left with nothing else to do, would end in the middle
    if (this.entry) await endProcess(this.entry, askings);
    await this.ended; // the kernel has taken back all it had open
    this.forget();
  }

  killNow(): void {
    this.ending = true;
    this.child.kill('SIGKILL');
  }

  private forget(): void {
    running.delete(this);
    if (this.entry) this.options.ledger.strike(this.entry);
  }

  private logTail(): string {
    return readFileSync(this.options.logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  }
}

/** What is started meanwhile makes files that only its own account may read. */
function withoutRightsForOthers<Started>(start: () => Started): Started {
  const before = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}
