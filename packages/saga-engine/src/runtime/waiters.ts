import type { Driver } from './driver.js';
import { isEnded, type EndedSaga } from '../core/instance.js';
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

  async waitForEnd(sagaId: string, maxMs: number): Promise<EndedSaga | undefined> {
    const { timers } = this;
    if (Number.isNaN(maxMs)) throw new RangeError('maxMs must be a number of milliseconds');
    const untilMs = timers.nowMs() + maxMs;
    for (;;) {
      const leftMs = untilMs - timers.nowMs();
      const active = this.driver.sagas.find(sagaId);
      const seen =
        active && leftMs > 0 ? await active.ended(leftMs, timers) : await this.look(sagaId);
      if (seen === 'absent') return undefined;
      if (seen) return seen;
      if (leftMs <= 0 || this.driver.stopped) return undefined;
      if (!active) await pause(timers, Math.min(this.pollEveryMs, leftMs));
    }
  }

  private async look(sagaId: string): Promise<EndedSaga | 'absent' | undefined> {
    try {
      const row = await this.store.load(sagaId);
      if (!row) return 'absent';
      return isEnded(row) ? row : undefined;
    } catch (error) {
      this.logger.debug({ sagaId, err: error }, 'cannot read a saga whose end is waited for');
      return undefined;
    }
  }
}
