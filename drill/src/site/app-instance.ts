import type { Exit } from '@backstitch/launcher';
import { AppProcess, type AppPlan } from '@backstitch/tools';
import type { FaultProxy } from '../proxy/fault-proxy.js';

export interface AppInstancePlan
  extends Pick<AppPlan, 'name' | 'app' | 'url' | 'metricsUrl' | 'env'> {
  /** Its ways to the broker's nodes; one when there is one node, none for an app that does not use it. */
  brokerLinks: readonly FaultProxy[];
  /** Its way to its database; the gateway has none. */
  databaseLink: FaultProxy | undefined;
  /** What it prints goes straight there, over all its lives. */
  logFile: string;
  /** Told when it ends without having been expected to. */
  onDeath: (instance: AppInstance, how: string) => void;
}

const STOP_WITHIN_MS = 30_000;

/** One process of the system under drill, which lives as often as it is started. */
export class AppInstance extends AppProcess {
  readonly brokerLinks: readonly FaultProxy[];
  readonly databaseLink: FaultProxy | undefined;
  readonly logFile: string;

  constructor({ brokerLinks, databaseLink, logFile, onDeath, ...plan }: AppInstancePlan) {
    super({
      ...plan,
      nodeFlags: ['--enable-source-maps'],
      output: { file: logFile },
      detached: true, // out of reach of the terminal's Ctrl-C: we say when it ends
      onEnd: (how, asked) => {
        if (!asked) onDeath(this, how);
      },
    });
    this.brokerLinks = brokerLinks;
    this.databaseLink = databaseLink;
    this.logFile = logFile;
  }

  /** SIGTERM; rejects when it does not end by itself with code 0. */
  override async stop(): Promise<Exit> {
    if (!this.running) return this.ended;
    const exit = await this.end([
      ['SIGTERM', STOP_WITHIN_MS],
      ['SIGKILL', STOP_WITHIN_MS],
    ]);
    if (exit !== 0) throw new Error(`${this.name} was asked to end and ended with ${exit}`);
    return exit;
  }

  /** SIGSTOP: it stands still, with everything it holds. */
  freeze(): void {
    this.signal('SIGSTOP');
  }

  /** SIGCONT */
  thaw(): void {
    this.signal('SIGCONT');
  }
}
