import type { Clock } from '../runtime/ports.js';

interface Reading {
  /** Database time minus this process's monotonic time. */
  readonly offsetMs: number;
  /** Half the round trip it was read with: the offset cannot be further off than this. */
  readonly uncertaintyMs: number;
  readonly readAtMs: number;
}

/** Clocks may drift apart by this much, so a newer reading replaces an old exact one. */
const DRIFT_PER_MS = 200e-6;

export class DatabaseTimeUnknown extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';

  constructor() {
    super('the time of the database is not known yet');
    this.name = 'DatabaseTimeUnknown';
  }
}

/**
 * The database's clock, as far as it is known here: learned from round trips, carried on by the
 * monotonic clock, never by this process's wall clock. Of all readings the most certain one counts;
 * a reading that contradicts it (the database's clock was set) replaces it at once.
 */
export class DatabaseClock implements Clock {
  private best: Reading | undefined;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  nowMs(): number {
    if (!this.best) throw new DatabaseTimeUnknown();
    return this.monotonicMs() + this.best.offsetMs;
  }

  /** Asks the database for its time by `ask`, and learns from the answer. */
  async learnFrom(ask: () => Promise<number>): Promise<void> {
    const askedAtMs = this.monotonicMs();
    const databaseMs = await ask();
    const readAtMs = this.monotonicMs();
    const uncertaintyMs = (readAtMs - askedAtMs) / 2;
    const offsetMs = databaseMs - (askedAtMs + uncertaintyMs);
    const reading: Reading = { offsetMs, uncertaintyMs, readAtMs };
    if (!this.best || this.isBetter(reading, this.best)) this.best = reading;
  }

  private isBetter(reading: Reading, best: Reading): boolean {
    const agedMs = best.uncertaintyMs + (reading.readAtMs - best.readAtMs) * DRIFT_PER_MS;
    const apartMs = Math.abs(reading.offsetMs - best.offsetMs);
    return reading.uncertaintyMs <= agedMs || apartMs > reading.uncertaintyMs + agedMs;
  }
}
