import { ManagedProcess, type ProcessPlan, type StopStep } from '@backstitch/launcher';
import type { Account } from './account.js';
import { openPrivateLog } from './private-files.js';
import type { LedgerEntry, ProcessLedger } from './process-ledger.js';

export interface ChildServerOptions
  extends Pick<ProcessPlan, 'name' | 'program' | 'parameters' | 'cwd' | 'env'> {
  logFile: string;
  account?: Account | undefined;
  /** How the server is asked to end. */
  stopSteps: readonly StopStep[];
  ledger: ProcessLedger;
  /** Told when it ends, after it was ready, without having been asked to. */
  onDeath?: ((how: string) => void) | undefined;
}

/** A server that runs as our child, written down in the ledger. */
export class ChildServer {
  private readonly process: ManagedProcess;
  private readonly entry: LedgerEntry | undefined;
  private up = false;

  constructor(private readonly options: ChildServerOptions) {
    const { logFile, account, stopSteps, ledger, onDeath, ...plan } = options;
    this.process = new ManagedProcess({
      ...plan,
      uid: account?.uid,
      gid: account?.gid,
      output: { file: logFile, open: () => openPrivateLog(logFile, account) },
      detached: true,
      unref: true,
      onEnd: (how, asked) => {
        if (this.entry) ledger.strike(this.entry);
        if (this.up && !asked) onDeath?.(how);
      },
    });
    withoutRightsForOthers(() => this.process.start());
    const { pid } = this;
    if (pid > 0) this.entry = ledger.enter({ name: plan.name, stopSteps, kind: 'server', pid });
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Whether it was ready once and its process has not ended since. */
  get running(): boolean {
    return this.up && this.process.running;
  }

  /** Waits until the probe answers yes; ends the server and throws when that does not happen. */
  async ready(probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    try {
      const missing = async () => ((await probe()) ? undefined : 'it does not answer');
      await this.process.ready(missing, timeoutMs);
    } catch (error) {
      await this.end([['SIGKILL', 5_000]]);
      throw error;
    }
    this.up = true;
  }

  async end(steps = this.options.stopSteps): Promise<void> {
    await this.process.end(steps);
  }
}

/** What is started meanwhile makes files that only its own account may read. */
function withoutRightsForOthers(start: () => void): void {
  const before = process.umask(0o077);
  try {
    start();
  } finally {
    process.umask(before);
  }
}
