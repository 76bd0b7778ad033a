import type { Driver } from './driver.js';
import {
  isEnded,
  isOpen,
  type EndedSaga,
  type SagaInstance,
  type WaitingSaga,
} from '../core/instance.js';
import { pause } from './loop.js';
import type { EngineLogger, SagaStore, Timers } from './ports.js';

/**
 * Waits for the end of a saga. While this instance drives it, memory tells its end; otherwise the
 * row is read now and then. Undefined when the time is up, or when there is no such saga.
 */
export class Waiters {
  constructor(
    private readonly driver: Driver,
    private readonly store: SagaStore,
    private readonly logger: EngineLogger,
    private readonly pollEveryMs: number,
    private readonly timers: Timers,
  ) {}

  waitForEnd(sagaId: string, maxMs: number): Promise<EndedSaga | undefined> {
    return this.waitUntil(isEnded, sagaId, maxMs);
  }

  /** The same for a saga that has ended or waits. */
  waitForRest(sagaId: string, maxMs: number): Promise<EndedSaga | WaitingSaga | undefined> {
    return this.waitUntil(isAtRest, sagaId, maxMs);
  }

  private async waitUntil<There extends SagaInstance>(
    isThere: (saga: SagaInstance) => saga is There,
    sagaId: string,
    maxMs: number,
  ): Promise<There | undefined> {
    const { timers } = this;
    if (Number.isNaN(maxMs)) throw new RangeError('maxMs must be a number of milliseconds');
    const untilMs = timers.nowMs() + maxMs;
    for (;;) {
      const leftMs = untilMs - timers.nowMs();
      const active = this.driver.sagas.find(sagaId);
      const seen =
        active && leftMs > 0 ? await active.ended(leftMs, timers) : await this.look(sagaId);
      if (seen === 'absent') return undefined;
      if (seen && isThere(seen)) return seen;
      if (leftMs <= 0 || this.driver.stopped) return undefined;
      if (!active) await pause(timers, Math.min(this.pollEveryMs, leftMs));
    }
  }

  private async look(sagaId: string): Promise<SagaInstance | 'absent' | undefined> {
    try {
      return (await this.store.load(sagaId)) ?? 'absent';
    } catch (error) {
      this.logger.debug({ sagaId, err: error }, 'cannot read a saga whose end is waited for');
      return undefined;
    }
  }
}

function isAtRest(saga: SagaInstance): saga is EndedSaga | WaitingSaga {
  return !isOpen(saga);
}
