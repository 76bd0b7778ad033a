import type { IntentProvider } from '../payment/intent-provider.js';
import { isUnsettled, refundKeyOf, type ChargedRefund } from './refund.js';
import type { RefundRepository } from './refunds.repository.js';

export interface RefundSettlementParts {
  refunds: Pick<RefundRepository, 'settle'>;
  provider: Pick<IntentProvider, 'refund'>;
  /** Told the name of every fault point that is passed; tests arm them. */
  reached: (point: string) => void | Promise<void>;
}

/** Asks the provider for a refund that is on record, then writes what it said. Repeatable. */
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
    return refunds.settle(refund, state);
  }
}
