import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@backstitch/service-kit';
import { isBeingRefunded, type Payment } from './payment.js';
import type { PaymentRepository } from './payment.repository.js';
import type { PaymentSettlement } from './payment.settlement.js';

const PAYMENTS_PER_PASS_MAX = 50;
/** Longer than a call of the provider takes; a worker that died gives its payments up after it. */
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
 * Brings payments to an end that nobody else does: whoever asked for them crashed, or asks no more.
 * For as long as the app runs; every replica may have one.
 */
export class PaymentRecovery {
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: RecoveryOptions) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.pass = this.settleOverdue().finally(() => this.start());
    }, this.options.intervalMs);
  }

  /**
   * No pass follows. The one under way is waited for, unless the bank keeps it waiting: what it
   * leaves unsettled is leased again, as after a crash.
   */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.race([this.pass, pause(STOP_MS_MAX, undefined, { ref: false })]);
  }

  /** One pass; answers how many payments it brought to their end. Never rejects. */
  async settleOverdue(): Promise<number> {
    const { payments, afterSeconds, logger } = this.options;
    try {
      const due = await payments.lease({
        limit: PAYMENTS_PER_PASS_MAX,
        olderThanSeconds: afterSeconds,
        leaseSeconds: LEASE_SECONDS,
      });
      const settled = await Promise.all(due.map((payment) => this.settle(payment)));
      return settled.filter(Boolean).length;
    } catch (error) {
      logger.warn({ err: error }, 'unsettled payments could not be looked for; trying again');
      return 0;
    }
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
