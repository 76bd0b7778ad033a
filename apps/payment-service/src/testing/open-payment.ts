import { cardOf, newId, sagaOf, type PaymentFixture } from './payment-fixture.js';

export type PaymentReplica = ReturnType<PaymentFixture['replica']>;

export interface OpenPaymentOptions {
  amount?: string;
  payBy?: string;
  attemptsMax?: number;
}

/** An order whose payment is open, and what its customer and its saga ask of it. */
export async function openPayment(
  { attempts, handler, refunds }: PaymentReplica,
  options: OpenPaymentOptions = {},
) {
  const [orderId, sagaId] = [newId(), newId()];
  const saga = sagaOf(sagaId);
  const { amount = '59.98', attemptsMax = 3 } = options;
  const { payBy = new Date(Date.now() + 1_800_000).toISOString() } = options;
  const opening = { orderId, amount, payBy, attemptsMax };
  const answer = await attempts.open(opening, saga);
  return {
    orderId,
    sagaId,
    saga,
    opening,
    answer,
    pay: (key: string, last4 = '4242', by = attempts) =>
      by.pay({ orderId, key, token: cardOf(last4) }, saga),
    close: (by = attempts) => by.close({ orderId }, saga),
    undo: (by = handler) => by.refund({ orderId }, saga),
    giveBack: (refundId: string, part?: string, by = refunds) =>
      by.giveBack({ orderId, refundId, ...(part !== undefined && { amount: part }) }, saga),
  };
}
