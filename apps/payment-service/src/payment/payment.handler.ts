import { MalformedCommand, sagaIdOf } from '@backstitch/messaging';
import { commandTrace, Counter, logged, type Logger } from '@backstitch/service-kit';
import {
  COMMANDS,
  Fault,
  Rejection,
  toMinor,
  type OrderIdCommand,
  type PaymentProcessCommand,
  type PaymentView,
  type SagaTag,
  type Success,
} from '@backstitch/shared-types';
import { processStep, refundStep, unsettled, viewOf, type Asked } from './payment.js';
import type { PaymentRepository } from './payment.repository.js';
import type { PaymentSettlement } from './payment.settlement.js';

const refundsRefused = new Counter({
  name: 'payment_refund_of_confirmed_total',
  help: 'ALARM: refused refunds without a saga, of payments that a saga made',
});

/** One command, one decision, one answer. */
export class PaymentHandler {
  constructor(
    private readonly payments: PaymentRepository,
    private readonly settlement: PaymentSettlement,
    private readonly digits: number,
    private readonly logger: Logger,
  ) {}

  process(command: PaymentProcessCommand, saga?: SagaTag): Promise<PaymentView | Rejection> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentProcess, orderId, saga }, () =>
      this.charge(orderId, command, saga),
    );
  }

  refund(command: OrderIdCommand, saga?: SagaTag): Promise<Success> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentRefund, orderId, saga }, () =>
      this.undo(orderId, sagaIdOf(saga)).catch((error: unknown) => this.alarm(orderId, error)),
    );
  }

  get(command: OrderIdCommand, saga?: SagaTag): Promise<PaymentView | Rejection> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentGet, orderId, saga }, async () => {
      const payment = await this.payments.read(orderId);
      if (payment) return viewOf(payment, this.digits);
      return new Rejection('PAYMENT_NOT_FOUND', 'There is no payment for this order');
    });
  }

  private async charge(
    orderId: string,
    { amount, cardToken }: PaymentProcessCommand,
    saga: SagaTag | undefined,
  ): Promise<PaymentView | Rejection> {
    const asked: Asked = { sagaId: sagaIdOf(saga), amountMinor: this.minor(amount) };
    const providerKey = saga ? `${asked.sagaId}:${saga.step}:do` : orderId;
    const intent = { orderId, providerKey, cardToken: cardToken ?? undefined, ...asked };
    const payment = await this.payments.intend(intent);
    const step = processStep(payment, asked, this.digits);
    if (step !== 'charge') return step;
    const settled = await this.settlement.charge(payment);
    const answer = processStep(settled, asked, this.digits);
    if (answer === 'charge') throw unsettled(settled);
    return answer;
  }

  private async undo(orderId: string, sagaId: string | undefined): Promise<Success> {
    const payment = await this.payments.requestRefund({ orderId, sagaId });
    if (refundStep(payment, sagaId) === 'cancel') {
      const settled = await this.settlement.cancel(payment);
      if (refundStep(settled, sagaId) === 'cancel') throw unsettled(settled);
    }
    return { success: true };
  }

  /** No saga asks for it: another sender wants the money of a sold order back. */
  private alarm(orderId: string, error: unknown): never {
    if (error instanceof Fault && error.code === 'ORDER_CONFIRMED') {
      refundsRefused.inc();
      const message = 'ALARM: a refund without a saga was refused';
      this.logger.error(commandTrace(orderId, undefined), message);
    }
    throw error;
  }

  private minor(amount: string): number {
    const minor = toMinor(amount, this.digits);
    if (minor === undefined || minor < 1) {
      throw new MalformedCommand(`${amount} is not an amount that can be charged`);
    }
    return minor;
  }
}
