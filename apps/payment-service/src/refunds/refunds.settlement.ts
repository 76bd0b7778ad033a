import { commandTrace, Counter, type Logger } from '@backstitch/service-kit';
import type { IntentProvider } from '../payment/intent-provider.js';
import { isUnsettled, refundKeyOf, type ChargedRefund } from './refund.js';
import type { RefundRepository } from './refunds.repository.js';

const refundsFailed = new Counter({
  name: 'payment_refunds_failed_total',
  help: 'ALARM: refunds that the payment provider refused',
});

export interface RefundSettlementParts {
  refunds: Pick<RefundRepository, 'settle'>;
  provider: Pick<IntentProvider, 'refund'>;
  logger: Logger;
  /** Told the name of every fault point that is passed; tests arm them. */
  reached: (point: string) => void | Promise<void>;
}

/**
 * Asks the provider for a refund that is on record, then writes what it said. Repeatable. A refusal is
 * an alarm, whoever asked: the provider may accept a refund, and refuse it later.
 */
export class RefundSettlement {
  constructor(private readonly parts: RefundSettlementParts) {}

  /** Throws Fault. */
  async settle(refund: ChargedRefund): Promise<ChargedRefund> {
    const { refunds, provider, reached } = this.parts;
    if (!isUnsettled(refund)) return refund;
    await reached('payment.after-refund-row-before-call');
    const { chargeKey, amountMinor, currency } = refund;
    const key = refundKeyOf(refund);
    const state = await provider.refund({ key, chargeKey, amountMinor, currency });
    await reached('payment.after-refund-call-before-outcome');
    const settled = await refunds.settle(refund, state);
    if (settled.status === 'FAILED') this.alarm(settled);
    return settled;
  }

  private alarm({ id, orderId }: ChargedRefund): void {
    refundsFailed.inc();
    const message = 'ALARM: the payment provider refused a refund';
    this.parts.logger.error({ ...commandTrace(orderId, undefined), refundId: id }, message);
  }
}
