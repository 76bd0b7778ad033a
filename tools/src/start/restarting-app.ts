import type { StopStep } from '@backstitch/launcher';
import { type AppPlan, AppProcess } from '../apps/app-process.js';
import type { AppName } from '../apps/apps.js';
import type { LedgerEntry, ProcessLedger } from '../servers/process-ledger.js';
import { RestartBackoff } from '../servers/restart-backoff.js';

/** An app that drains has 15 s of its own to do so. */
const DRAIN_MS_MAX = 20_000;
const AT_ONCE: readonly StopStep[] = [['SIGKILL', 5_000]];

export interface RestartingAppOptions
  extends Pick<AppPlan, 'app' | 'env' | 'output' | 'url' | 'metricsUrl' | 'nodeFlags'> {
  ledger: ProcessLedger;
  /** Told when it died, and after how long it is started again. */
  onDeath: (how: string, restartInMs: number) => void;
}

/** One app that is started again whenever it dies, until it is stopped. */
export class RestartingApp {
  private readonly process: AppProcess;
  private readonly backoff = new RestartBackoff();
  private readonly inOrder: readonly StopStep[];
  private entry: LedgerEntry | undefined;
  private startedAtMs = 0;
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: RestartingAppOptions) {
    const { ledger, onDeath: _told, ...plan } = options;
    // It accepts for SHUTDOWN_DELAY_MS before it begins to drain.
    const delayMs = Number(plan.env.SHUTDOWN_DELAY_MS ?? 0) || 0;
    this.inOrder = [['SIGTERM', DRAIN_MS_MAX + delayMs], ...AT_ONCE];
    this.process = new AppProcess({
      ...plan,
      name: plan.app,
      detached: true, // Ctrl-C in the terminal must not reach the apps before we say so
      onStart: (pid) => {
        this.entry = ledger.enter({ name: plan.app, kind: 'app', pid, stopSteps: this.inOrder });
      },
      onEnd: (how) => {
        if (this.entry) ledger.strike(this.entry);
        if (!this.stopping) this.startAgain(how);
      },
    });
  }

  get app(): AppName {
    return this.process.app;
  }

  get url(): string {
    return this.process.url;
  }

  start(): void {
    this.startedAtMs = performance.now();
    this.process.start();
  }

  untilReady(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.process.untilReady(timeoutMs, signal);
  }

  async stop({ hurry = false } = {}): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.process.end(hurry ? AT_ONCE : this.inOrder);
  }

  private startAgain(how: string): void {
    const delayMs = this.backoff.delayMs(performance.now() - this.startedAtMs);
    this.timer = setTimeout(() => this.start(), delayMs);
    this.options.onDeath(how, delayMs);
  }
}
