import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import { isBeingRefunded, type Payment } from './payment.js';
import type { PaymentRepository } from './payment.repository.js';
import type { PaymentSettlement } from './payment.settlement.js';

const PAYMENTS_PER_RUN_MAX = 50;
/** Longer than a call of the provider takes; the lease of a worker that died ends after it. */
const LEASE_SECONDS = 60;
const STOP_MS_MAX = 1_000;

export interface RecoveryOptions {
  payments: Pick<PaymentRepository, 'lease'>;
  settlement: PaymentSettlement;
  logger: Logger;
  afterSeconds: number;
  intervalMs: number;
}

/**
 * Settles payments that were left unsettled: the process that began one crashed, or its saga asks
 * no more. For as long as the app runs; every replica may have one.
 */
export class PaymentRecovery {
  readonly job: PeriodicJob;

  constructor(private readonly options: RecoveryOptions) {
    const { logger, intervalMs } = options;
    this.job = new PeriodicJob({
      name: 'payment-recovery',
      logger,
      intervalMs,
      run: () => this.settleOverdue(),
      // The bank may keep a run waiting: what it leaves unsettled is leased again, as after a crash.
      stopTimeoutMs: STOP_MS_MAX,
    });
  }

  /** One run; answers how many payments it settled. */
  async settleOverdue(): Promise<number> {
    const { payments, afterSeconds } = this.options;
    const due = await payments.lease({
      limit: PAYMENTS_PER_RUN_MAX,
      olderThanSeconds: afterSeconds,
      leaseSeconds: LEASE_SECONDS,
    });
    const settled = await Promise.all(due.map((payment) => this.settle(payment)));
    return settled.filter(Boolean).length;
  }

  private async settle(payment: Payment): Promise<boolean> {
    const { settlement, logger } = this.options;
    const { orderId, sagaId } = payment;
    try {
      const undo = isBeingRefunded(payment);
      const { status } = await (undo ? settlement.cancel(payment) : settlement.charge(payment));
      logger.info({ orderId, sagaId, status }, 'settled a payment that was left unsettled');
      return true;
    } catch (error) {
      logger.error({ orderId, sagaId, err: error }, 'a payment could not be settled; trying again');
      return false;
    }
  }
}
