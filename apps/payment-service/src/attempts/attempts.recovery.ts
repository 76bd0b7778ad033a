import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { RefundRepository } from '../refunds/refunds.repository.js';
import type { RefundSettlement } from '../refunds/refunds.settlement.js';
import type { AttemptRepository } from './attempts.repository.js';
import type { AttemptSettlement } from './attempts.settlement.js';

const PER_RUN_MAX = 50;
/** Longer than the calls of the provider take; the lease of a worker that died ends after it. */
const LEASE_SECONDS = 60;
const STOP_MS_MAX = 1_000;

export interface AttemptRecoveryOptions {
  attempts: Pick<AttemptRepository, 'lease' | 'read'>;
  settlement: AttemptSettlement;
  refunds: Pick<RefundRepository, 'lease'>;
  refundSettlement: RefundSettlement;
  logger: Logger;
  afterSeconds: number;
  intervalMs: number;
}

/**
 * Settles attempts and refunds that were left unsettled: the process that began one crashed, or its
 * sender asks no more. For as long as the app runs; every replica may have one.
 */
export class AttemptRecovery {
  readonly job: PeriodicJob;

  constructor(private readonly options: AttemptRecoveryOptions) {
    const { logger, intervalMs } = options;
    this.job = new PeriodicJob({
      name: 'attempt-recovery',
      logger,
      intervalMs,
      run: () => this.settleOverdue(),
      stopTimeoutMs: STOP_MS_MAX,
    });
  }

  /** One run; answers how many attempts and refunds it settled. */
  async settleOverdue(): Promise<number> {
    const { attempts, settlement, refunds, refundSettlement, afterSeconds } = this.options;
    const lease = {
      limit: PER_RUN_MAX,
      olderThanSeconds: afterSeconds,
      leaseSeconds: LEASE_SECONDS,
    };
    const [live, unsettled] = await Promise.all([attempts.lease(lease), refunds.lease(lease)]);
    const work = [
      ...live.map((attempt) => async () => {
        const payment = await attempts.read(attempt.orderId);
        if (payment) await settlement.finish(payment, attempt);
      }),
      ...unsettled.map((refund) => () => refundSettlement.settle(refund)),
    ];
    const settled = await Promise.all(work.map((settle) => this.isSettled(settle)));
    return settled.filter(Boolean).length;
  }

  private async isSettled(settle: () => Promise<unknown>): Promise<boolean> {
    try {
      await settle();
      return true;
    } catch (error) {
      const message = 'an attempt or a refund could not be settled; trying again';
      this.options.logger.error({ err: error }, message);
      return false;
    }
  }
}
