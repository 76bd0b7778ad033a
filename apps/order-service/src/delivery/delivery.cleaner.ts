import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { DeliveriesRepository } from './deliveries.repository.js';

const INTERVAL_MS = 60 * 60_000;
const FIRST_RUN_MS = 5 * 60_000;

/** Removes every hour the deliveries that no order needs; every replica may do it. */
export function deliveryCleaner(
  deliveries: Pick<DeliveriesRepository, 'removeUnordered'>,
  logger: Logger,
): PeriodicJob {
  return new PeriodicJob({
    name: 'delivery-cleaner',
    logger,
    run: async () => {
      const removed = await deliveries.removeUnordered();
      logger.info({ removed }, 'deliveries without an order are removed');
    },
    firstDelayMs: FIRST_RUN_MS * (1 + Math.random()),
    intervalMs: INTERVAL_MS,
  });
}
