import {
  type Clock,
  isEnded,
  type SagaEvent,
  type SagaInstance,
  type SagaObserver,
} from '@backstitch/saga-engine';
import type { MinuteCounts } from './minute-counts.js';

/** Counts what is committed of every saga of this instance, at the time of the database. */
export class MinuteObserver implements SagaObserver {
  constructor(
    private readonly counts: MinuteCounts,
    private readonly clock: Clock,
  ) {}

  /** A new saga. */
  started(): void {
    this.counts.started(this.clock.nowMs());
  }

  committed(_before: SagaInstance, _event: SagaEvent['kind'], after: SagaInstance): void {
    if (!isEnded(after)) return;
    const nowMs = this.clock.nowMs();
    const durationMs = nowMs - after.createdAtMs;
    if (after.phase === 'done') this.counts.done(nowMs, durationMs);
    else this.counts.undone(nowMs, durationMs, after.failure.code);
  }

  step(name: string, direction: string, ms: number): void {
    this.counts.step(this.clock.nowMs(), `${name}:${direction}`, ms);
  }
}
