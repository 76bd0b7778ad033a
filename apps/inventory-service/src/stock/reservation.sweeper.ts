import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { Reservation } from './reservation.js';
import type { StockRepository } from './stock.repository.js';

const RESERVATIONS_PER_BATCH_MAX = 200;

export interface SweeperOptions {
  stock: Pick<StockRepository, 'expireOverdue'>;
  logger: Logger;
  intervalMs: number;
}

/** Expires overdue reservations while the app runs; every replica may have one. */
export class ReservationSweeper {
  readonly job: PeriodicJob;

  constructor(private readonly options: SweeperOptions) {
    const { logger, intervalMs } = options;
    const run = (signal: AbortSignal) => this.sweep(signal);
    this.job = new PeriodicJob({ name: 'reservation-sweeper', logger, intervalMs, run });
  }

  private async sweep(signal: AbortSignal): Promise<void> {
    const { stock, logger } = this.options;
    let expired: Reservation[];
    do {
      expired = await stock.expireOverdue(RESERVATIONS_PER_BATCH_MAX);
      for (const { orderId, sagaId } of expired) {
        logger.info({ orderId, sagaId }, 'the reservation expired');
      }
    } while (expired.length === RESERVATIONS_PER_BATCH_MAX && !signal.aborted);
  }
}
