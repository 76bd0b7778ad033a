import { COMMAND_QUEUES, deadLetterQueueOf, newUuid } from '@backstitch/shared-types';
import type { AppProcess } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { dying, type Letter, letterIn, UNHURRIED } from '../testing/letters.js';
import { type Answer, ask, Orchestrators } from '../testing/orchestrators.js';

const { payment } = COMMAND_QUEUES;
const DEAD = deadLetterQueueOf(payment);
const WHO = { reason: 'the bank is back', operator: 'olga' };

let shop: Orchestrators;
let one: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start({ ...UNHURRIED, QUESTION_TIMEOUT_MS: '20000' }));
});
afterAll(() => shop.close());
afterEach(async () => {
  for (const queue of [payment, DEAD]) {
    while ((await shop.vhost.queue(queue))!.messages > 0) await shop.vhost.take(queue);
  }
});

const saying = (status: string) => shop.serve('order', { response: { status, sagaId: null } });
const listWhile = async (status: string): Promise<Letter[]> =>
  (await Promise.all([letterIn(one, payment), saying(status)]))[0];
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
const bury = (body: string, headers: object) =>
  shop.vhost.publish(DEAD, Buffer.from(body), { headers, messageId: newUuid() });
const lying = async () => (await shop.vhost.queue(DEAD))!.messages;

describe('a letter whose saga was removed', () => {
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
      await bury(tagged(pattern, direction), dying('PROVIDER_UNAVAILABLE'));
      const [letter] = await listWhile(status);
      expect(letter).toMatchObject({ pattern, replay: may });
      const done = await actWhile(status, 'replay', letter!.id);
      expect(done.status).toBe(may === 'legal' ? 200 : 409);
      expect(await lying()).toBe(may === 'legal' ? 0 : 1);
    },
  );

  it('is shown and discarded, but never replayed, when it is older than what remembers', async () => {
    await bury(oneShot('payment.process', { amount: '1.00' }), dying('PROVIDER_UNAVAILABLE', 61));
    const [letter] = await listWhile('PENDING');
    expect(letter).toMatchObject({ class: 'obsolete', replay: 'refused', discard: 'legal' });
    const replayed = await actWhile('PENDING', 'replay', letter!.id);
    expect(replayed).toMatchObject({ status: 409, body: { code: 'ACTION_REFUSED' } });
    expect(replayed.body.detail).toContain('60 days');
    expect(await actWhile('PENDING', 'discard', letter!.id)).toMatchObject({ status: 200 });
    expect(await lying()).toBe(0);
  });

  it('is as old as its first death, however lately a replay of it died', async () => {
    const firstly = { 'first-dead-at': dying('', 61)['dead-at'] };
    const body = oneShot('payment.process', { amount: '1.00' });
    await bury(body, { ...dying('PROVIDER_UNAVAILABLE', 1), ...firstly });
    expect(await listWhile('PENDING')).toMatchObject([{ class: 'obsolete', replay: 'refused' }]);
  });

  it('is replayed however old it is, if it gives back money', async () => {
    await bury(oneShot('payment.refund'), dying('PROVIDER_UNAVAILABLE', 400));
    const [letter] = await listWhile('CANCELLED');
    expect(letter).toMatchObject({ replay: 'legal', discard: 'refused' });
    expect(await actWhile('CANCELLED', 'replay', letter!.id)).toMatchObject({ status: 200 });
    expect(await lying()).toBe(0);
  });
});
