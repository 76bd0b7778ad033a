import { MalformedCommand, sagaIdOf } from '@backstitch/messaging';
import { logged, type Logger } from '@backstitch/service-kit';
import {
  COMMANDS,
  toMinor,
  type PaymentReturnCommand,
  type RefundView,
  type SagaTag,
  type Success,
} from '@backstitch/shared-types';
import { answerOfRefund } from './refund.js';
import type { RefundRepository } from './refunds.repository.js';
import type { RefundSettlement } from './refunds.settlement.js';

/** payment.return: gives back what a customer paid, or a part of it. */
export class RefundsHandler {
  constructor(
    private readonly refunds: RefundRepository,
    private readonly settlement: RefundSettlement,
    private readonly digits: number,
    private readonly logger: Logger,
  ) {}

  giveBack(command: PaymentReturnCommand, saga?: SagaTag): Promise<RefundView | Success> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentReturn, orderId, saga }, async () => {
      const refund = await this.refunds.request({
        refundId: command.refundId.toLowerCase(),
        orderId,
        sagaId: sagaIdOf(saga),
        amountMinor: this.minor(command.amount),
      });
      if (!refund) return { success: true };
      const settled = await this.settlement.settle(refund);
      return answerOfRefund(settled, settled.currency, this.digits);
    });
  }

  private minor(amount: string | undefined | null): number | undefined {
    if (amount === undefined || amount === null) return undefined;
    const minor = toMinor(amount, this.digits);
    if (minor !== undefined && minor > 0) return minor;
    throw new MalformedCommand(`${amount} is not an amount that can be given back`);
  }
}
