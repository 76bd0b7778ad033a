import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, createLogger } from '@backstitch/service-kit';
import { openPayment } from '../testing/open-payment.js';
import { cardOf, paymentFixture, type PaymentFixture } from '../testing/payment-fixture.js';
import { AnnouncementRepository } from './announcements.repository.js';
import { Announcer } from './announcer.relay.js';

const PAUSE_MS = 60_000;

describe('an opened payment', () => {
  let bank: PaymentFixture;
  let replica: ReturnType<PaymentFixture['replica']>;
  let database: ReturnType<typeof openDatabase>;

  beforeAll(async () => {
    bank = await paymentFixture();
    replica = bank.replica();
    const logger = createLogger({ app: 'test', level: 'silent' });
    database = openDatabase({ url: bank.url, name: 'announcements', logger });
  });

  afterAll(async () => {
    await database.close();
    await bank.close();
  });

  /** What is published for the order of this saga. */
  async function announced(sagaId: string): Promise<unknown[]> {
    const bodies: { data: { sagaId: string } }[] = [];
    const publisher = {
      isOpen: true,
      publish: (_queue: string, body: Buffer) => {
        bodies.push(JSON.parse(body.toString()) as (typeof bodies)[number]);
        return Promise.resolve('accepted' as const);
      },
    };
    await new Announcer(new AnnouncementRepository(database), publisher, PAUSE_MS).announce();
    return bodies.filter(({ data }) => data.sagaId === sagaId).map(({ data }) => data);
  }
  const later = (orderId: string) =>
    bank.query(
      `UPDATE payments SET announced_at = announced_at - interval '2 minutes' WHERE order_id = $1`,
      [orderId],
    );

  it('that is paid is told to its saga after each pause, until the saga closes it', async () => {
    const { orderId, saga } = await openPayment(replica);
    expect(await announced(saga.sagaId)).toEqual([]);
    await replica.attempts.pay({ orderId, key: 'a', token: cardOf('4242') }, saga);
    const told = [{ sagaId: saga.sagaId, id: 'payment:paid', name: 'paid' }];
    expect(await announced(saga.sagaId)).toEqual(told);
    expect(await announced(saga.sagaId)).toEqual([]);
    await later(orderId);
    expect(await announced(saga.sagaId)).toEqual(told);
    await replica.attempts.close({ orderId }, saga);
    await later(orderId);
    expect(await announced(saga.sagaId)).toEqual([]);
  });

  it('is told to be exhausted after the last declined attempt, and not before', async () => {
    const { orderId, saga } = await openPayment(replica);
    for (const key of ['a', 'b', 'c']) {
      expect(await announced(saga.sagaId)).toEqual([]);
      await replica.attempts.pay({ orderId, key, token: cardOf('0002') }, saga);
    }
    const told = [{ sagaId: saga.sagaId, id: 'payment:exhausted', name: 'exhausted' }];
    expect(await announced(saga.sagaId)).toEqual(told);
  });

  it('that was undone is told to nobody', async () => {
    const { orderId, saga } = await openPayment(replica);
    await replica.attempts.pay({ orderId, key: 'a', token: cardOf('4242') }, saga);
    await replica.handler.refund({ orderId }, saga);
    expect(await announced(saga.sagaId)).toEqual([]);
  });
});
