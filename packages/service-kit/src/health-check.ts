import { withoutSecrets } from './config/without-secrets.js';

/** One thing that an app needs. */
export interface HealthCheck {
  /** database, broker, consumers … */
  name: string;
  /** Resolves when it is there; throws or rejects with why it is not. */
  check: () => Promise<void> | void;
}

export type HealthState = { status: 'up' } | { status: 'down'; why: string };

/** A check that all callers share while it runs, and that has an answer in time. */
export class SharedCheck {
  readonly name: string;
  /** How long the last check took. */
  tookMs = 0;
  private running: Promise<HealthState> | undefined;

  constructor(
    private readonly what: HealthCheck,
    private readonly limitMs: number,
  ) {
    this.name = what.name;
  }

  state(): Promise<HealthState> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** The same for a caller that waits no longer than this; the check goes on. */
  async stateWithin(limitMs: number): Promise<HealthState> {
    try {
      let state: HealthState | undefined;
      await within(limitMs, async () => void (state = await this.state()));
      return state!;
    } catch (error) {
      this.tookMs = limitMs;
      return { status: 'down', why: (error as Error).message };
    }
  }

  private async run(): Promise<HealthState> {
    const startedAtMs = performance.now();
    try {
      await within(this.limitMs, async () => this.what.check());
      return { status: 'up' };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { status: 'down', why: withoutSecrets(why) };
    } finally {
      this.tookMs = performance.now() - startedAtMs;
    }
  }
}

async function within(limitMs: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
