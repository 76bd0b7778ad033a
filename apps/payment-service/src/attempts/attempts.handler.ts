import { MalformedCommand, sagaIdOf } from '@backstitch/messaging';
import { logged, type Logger } from '@backstitch/service-kit';
import {
  cardOfToken,
  COMMANDS,
  Fault,
  toMinor,
  type OpenPaymentView,
  type OrderIdCommand,
  type PaymentAttemptView,
  type PaymentOpenCommand,
  type PaymentPayCommand,
  type Rejection,
  type SagaTag,
} from '@backstitch/shared-types';
import { answerOfAttempt, closeStep, isLive, openStep, unsettled } from './attempt.js';
import type { AttemptRepository } from './attempts.repository.js';
import type { AttemptSettlement } from './attempts.settlement.js';

const LATEST_MS = Date.UTC(9999, 11, 31);

/** As PostgreSQL takes it. Throws MalformedCommand. */
function instantOf(text: string): string {
  const atMs = Date.parse(text);
  if (atMs >= 0 && atMs <= LATEST_MS) return new Date(atMs).toISOString();
  throw new MalformedCommand('payBy must be an instant from 1970 to 9999');
}

/** The commands of payments that customers make: open, pay, close. */
export class AttemptsHandler {
  constructor(
    private readonly attempts: AttemptRepository,
    private readonly settlement: AttemptSettlement,
    private readonly digits: number,
    private readonly logger: Logger,
  ) {}

  open(command: PaymentOpenCommand, saga?: SagaTag): Promise<OpenPaymentView | Rejection> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentOpen, orderId, saga }, async () => {
      const { attemptsMax } = command;
      const payBy = instantOf(command.payBy);
      const opened = { sagaId: sagaIdOf(saga), amountMinor: this.minor(command.amount) };
      const payment = await this.attempts.open({ orderId, payBy, attemptsMax, ...opened });
      return openStep(payment, opened, this.digits);
    });
  }

  pay(command: PaymentPayCommand, saga?: SagaTag): Promise<PaymentAttemptView | Rejection> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentPay, orderId, saga }, () =>
      this.attempt(orderId, command, sagaIdOf(saga)),
    );
  }

  close(command: OrderIdCommand, saga?: SagaTag): Promise<OpenPaymentView | Rejection> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.paymentClose, orderId, saga }, () =>
      this.end(orderId, sagaIdOf(saga)),
    );
  }

  private async attempt(
    orderId: string,
    { key, token }: PaymentPayCommand,
    sagaId: string | undefined,
  ): Promise<PaymentAttemptView | Rejection> {
    const card = cardOfToken(token);
    if (!card) throw new MalformedCommand('token must be the token of a card');
    const { brand, last4 } = card;
    const begun = await this.attempts.begin({ orderId, sagaId, key, brand, last4 });
    const payment = await this.attempts.read(orderId);
    const settled =
      payment && isLive(begun) ? await this.settlement.submit(payment, begun, token) : begun;
    return answerOfAttempt(settled, payment, this.digits);
  }

  private async end(
    orderId: string,
    sagaId: string | undefined,
  ): Promise<OpenPaymentView | Rejection> {
    const { payment, attempts } = await this.attempts.stopAttempts(orderId, sagaId);
    if (!payment) {
      throw new Fault('PAYMENT_NOT_FOUND', 'There is no payment for this order', true);
    }
    const step = closeStep(payment, sagaId, this.digits);
    if (step !== 'settle') return step;
    const live = attempts.find(isLive);
    if (live) await this.settlement.finish(payment, live);
    const closed = closeStep(await this.attempts.finishClosing(orderId), sagaId, this.digits);
    if (closed !== 'settle') return closed;
    throw unsettled({ orderId });
  }

  private minor(amount: string): number {
    const minor = toMinor(amount, this.digits);
    if (minor !== undefined && minor > 0) return minor;
    throw new MalformedCommand(`${amount} is not an amount that can be charged`);
  }
}
