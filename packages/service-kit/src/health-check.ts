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

  private async run(): Promise<HealthState> {
    try {
      await within(this.limitMs, async () => this.what.check());
      return { status: 'up' };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { status: 'down', why: withoutSecrets(why) };
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
