import { COMMAND_QUEUES, type DeadLetterView, newUuid } from '@backstitch/shared-types';
import type { AppProcess } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deadLetterIn,
  dying,
  listed,
  openDeadLetters,
  UNHURRIED,
} from '../../testing/dead-letters.js';
import { type Answer, ask, Orchestrators } from '../../testing/orchestrators.js';

const { payment } = COMMAND_QUEUES;
const WHO = { reason: 'the bank is back', operator: 'olga' };

let shop: Orchestrators;
let one: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start({ ...UNHURRIED, QUESTION_TIMEOUT_MS: '20000' }));
});
afterAll(() => shop.close());
afterEach(async () => {
  await shop.query('DELETE FROM dead_letters');
  while ((await shop.vhost.queue(payment))!.messages > 0) await shop.vhost.take(payment);
});

const saying = (status: string) => shop.serve('order', { response: { status, sagaId: null } });
const listWhile = async (status: string): Promise<DeadLetterView[]> =>
  (await Promise.all([listed(one), saying(status)]))[0];
const actWhile = async (status: string, action: string, id: string): Promise<Answer> =>
  (
    await Promise.all([
      ask(one, 'POST', `/dead-letters/${id}/${action}`, {
        body: action === 'replay' ? { ...WHO, repaired: true } : WHO,
      }),
      saying(status),
    ])
  )[0];
const oneShot = (pattern: string, data: object = {}) =>
  JSON.stringify({ pattern, data: { orderId: newUuid(), ...data } });
const deadLetter = (body: string, headers: object) =>
  deadLetterIn(shop, payment, body, { headers });
const open = () => openDeadLetters(shop);

describe('a dead letter whose saga was removed', () => {
  const tagged = (pattern: string, direction: 'do' | 'undo') => {
    const saga = { sagaId: newUuid(), step: 'PAYMENT_PROCESSED', direction, attempt: 1 };
    return JSON.stringify({
      ...(JSON.parse(oneShot(pattern, { amount: '1.00' })) as object),
      saga,
    });
  };

  //  what, its order, replay
  it.each([
    ['payment.process', 'do', 'PENDING', 'refused'],
    ['payment.refund', 'undo', 'CONFIRMED', 'refused'],
    ['payment.refund', 'do', 'CONFIRMED', 'refused'],
    ['payment.refund', 'undo', 'CANCELLED', 'legal'],
  ] as const)(
    'is judged by its order: %s as %s, %s → %s',
    async (pattern, direction, status, may) => {
      await deadLetter(tagged(pattern, direction), dying('PROVIDER_UNAVAILABLE'));
      const [first] = await listWhile(status);
      expect(first).toMatchObject({ pattern, replay: may });
      const done = await actWhile(status, 'replay', first!.id);
      expect(done.status).toBe(may === 'legal' ? 200 : 409);
      expect(await open()).toBe(may === 'legal' ? 0 : 1);
    },
  );

  it('is shown and discarded, but never replayed, when it is older than what remembers', async () => {
    await deadLetter(
      oneShot('payment.process', { amount: '1.00' }),
      dying('PROVIDER_UNAVAILABLE', 61),
    );
    const [first] = await listWhile('PENDING');
    expect(first).toMatchObject({ class: 'obsolete', replay: 'refused', discard: 'legal' });
    const replayed = await actWhile('PENDING', 'replay', first!.id);
    expect(replayed).toMatchObject({ status: 409, body: { code: 'ACTION_REFUSED' } });
    expect(replayed.body.detail).toContain('60 days');
    expect(await actWhile('PENDING', 'discard', first!.id)).toMatchObject({ status: 200 });
    expect(await open()).toBe(0);
  });

  it('is as old as its first death, however lately a replay of it died', async () => {
    const firstly = { 'first-dead-at': dying('', 61)['dead-at'] };
    const body = oneShot('payment.process', { amount: '1.00' });
    await deadLetter(body, { ...dying('PROVIDER_UNAVAILABLE', 1), ...firstly });
    expect(await listWhile('PENDING')).toMatchObject([{ class: 'obsolete', replay: 'refused' }]);
  });

  it('is replayed however old it is, if it gives back money', async () => {
    await deadLetter(oneShot('payment.refund'), dying('PROVIDER_UNAVAILABLE', 400));
    const [first] = await listWhile('CANCELLED');
    expect(first).toMatchObject({ replay: 'legal', discard: 'refused' });
    expect(await actWhile('CANCELLED', 'replay', first!.id)).toMatchObject({ status: 200 });
    expect(await open()).toBe(0);
  });
});
