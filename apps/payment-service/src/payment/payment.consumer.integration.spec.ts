import type { Database } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import { COMMAND_QUEUES, COMMANDS, deadLetterQueueOf } from '@backstitch/shared-types';
import { serveCommands } from '@backstitch/service-kit/participant';
import { servedQueue, type ServedQueue } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppModule } from '../app.module.js';
import {
  cardOf,
  keyOf,
  newId,
  paymentFixture,
  sagaOf,
  type PaymentFixture,
} from '../testing/payment-fixture.js';

const { paymentProcess, paymentRefund, paymentGet } = COMMANDS;
const logger = createLogger({ app: 'test', level: 'silent' });

let bank: PaymentFixture;
let database: Database;
let queue: ServedQueue;

beforeAll(async () => {
  bank = await paymentFixture();
  database = openDatabase({ url: bank.url, name: 'payments', logger, keyLookups: true });
  const module = AppModule.of(bank.replica().handlers);
  const name = COMMAND_QUEUES.payment;
  queue = await servedQueue(name, (brokerUrl) =>
    serveCommands({ brokerUrl, queue: name, module, database }),
  );
});

afterAll(async () => {
  expect(await bank.disagreements()).toEqual([]);
  await queue.close();
  await database.close();
  await bank.close();
});

const times = <T>(n: number, act: () => Promise<T>) => Promise.all(Array.from({ length: n }, act));

describe('the payment commands, through the queue', () => {
  it('process, show and refund one order, 20 times each at once', async () => {
    const [orderId, sagaId] = [newId(), newId()];
    const saga = sagaOf(sagaId);
    const command = { orderId, amount: '59.98' };
    const paid = await times(20, () => queue.ask(paymentProcess, command, saga));
    const view = {
      id: expect.any(String),
      orderId,
      amount: '59.98',
      currency: 'USD',
      status: 'SUCCESS',
      transactionDate: expect.any(String),
    };
    expect(paid).toEqual(paid.map(() => view));
    expect(new Set(paid.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await queue.ask(paymentGet, { orderId })).toEqual(paid[0]);
    const refunded = await times(20, () => queue.ask(paymentRefund, { orderId }, saga));
    expect(refunded).toEqual(refunded.map(() => ({ success: true })));
    expect(await bank.bankOf(keyOf(sagaId))).toEqual({ decision: 'APPROVED', refunds: 1 });
    expect(await queue.ask(paymentProcess, command, saga)).toMatchObject({
      code: 'PAYMENT_CANCELLED',
      retryable: false,
    });
  });

  it('refuse a payment of an order that was refunded before, and show its tombstone', async () => {
    const orderId = newId();
    await queue.ask(paymentRefund, { orderId });
    const late = await times(5, () => queue.ask(paymentProcess, { orderId, amount: '5.00' }));
    expect(late).toEqual(
      late.map(() => ({
        code: 'PAYMENT_CANCELLED',
        message: 'The payment was undone',
        retryable: false,
      })),
    );
    const tombstone = { orderId, amount: null, status: 'CANCELLED' };
    expect(await queue.ask(paymentGet, { orderId })).toMatchObject(tombstone);
  });

  it('open, pay, close and give back a payment of a customer', async () => {
    const [orderId, saga, refundId] = [newId(), sagaOf(newId()), newId()];
    const payBy = new Date(Date.now() + 60_000).toISOString();
    const opening = { orderId, amount: '59.98', payBy, attemptsMax: 3 };
    expect(await queue.ask(COMMANDS.paymentOpen, opening, saga)).toMatchObject({
      status: 'PENDING',
      payBy,
    });
    const declined = { orderId, key: 'first', token: cardOf('9995') };
    expect(await queue.ask(COMMANDS.paymentPay, declined, saga)).toMatchObject({
      code: 'PAYMENT_DECLINED',
      retryable: false,
      details: { declineCode: 'insufficient_funds', attemptsLeft: 2 },
    });
    const paying = { orderId, key: 'second', token: cardOf('4242') };
    expect(await queue.ask(COMMANDS.paymentPay, paying, saga)).toMatchObject({
      status: 'SUCCEEDED',
      last4: '4242',
    });
    expect(await queue.ask(COMMANDS.paymentClose, { orderId }, saga)).toMatchObject({
      status: 'SUCCESS',
    });
    const giving = { orderId, refundId };
    expect(await queue.ask(COMMANDS.paymentReturn, giving, saga)).toMatchObject({
      refundId,
      amount: '59.98',
      status: 'SUCCEEDED',
    });
    expect(await queue.ask(paymentGet, { orderId })).toMatchObject({ status: 'REFUNDED' });
  });

  it.each([
    ['an opening without a time zone', COMMANDS.paymentOpen, { payBy: '2026-11-30T12:00:00' }],
    ['an opening of no instant', COMMANDS.paymentOpen, { payBy: '0001-01-01T00:00:00Z' }],
    ['an opening without attempts', COMMANDS.paymentOpen, { attemptsMax: 0 }],
    ['a payment without a token', COMMANDS.paymentPay, { token: '4242424242424242' }],
    ['a payment with a blank key', COMMANDS.paymentPay, { key: ' ' }],
    ['a refund of nothing', COMMANDS.paymentReturn, { amount: '0.00' }],
    ['a refund without an id', COMMANDS.paymentReturn, { refundId: 'r' }],
  ])('that are malformed (%s) are dead-lettered and leave no row', async (_, pattern, wrong) => {
    const orderId = newId();
    const right = {
      orderId,
      amount: '5.00',
      payBy: '2026-11-30T12:00:00Z',
      attemptsMax: 3,
      key: 'k',
      token: cardOf('4242'),
      refundId: newId(),
    };
    expect(await queue.ask(pattern, { ...right, ...wrong })).toMatchObject({
      code: 'MALFORMED_COMMAND',
      retryable: false,
    });
    await queue.vhost.take(deadLetterQueueOf(COMMAND_QUEUES.payment));
    expect(await bank.row(orderId)).toBeUndefined();
    expect(await bank.attemptsOf(orderId)).toEqual([]);
  });

  it.each([
    ['no amount', { orderId: newId() }],
    ['a negative amount', { orderId: newId(), amount: '-1' }],
    ['an amount of nothing', { orderId: newId(), amount: '0.00' }],
    ['no UUID', { orderId: 'order-1', amount: '1.00' }],
  ])('that are malformed (%s) are answered so and dead-lettered', async (_, data) => {
    expect(await queue.ask(paymentProcess, data)).toMatchObject({
      code: 'MALFORMED_COMMAND',
      retryable: false,
    });
    await queue.vhost.take(deadLetterQueueOf(COMMAND_QUEUES.payment));
  });
});
