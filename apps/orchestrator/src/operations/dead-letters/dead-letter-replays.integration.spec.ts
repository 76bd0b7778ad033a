import { COMMAND_QUEUES, type DeadLetterView, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask, Orchestrators } from '../../testing/orchestrators.js';
import {
  deadLetterIn,
  dying,
  listed,
  openDeadLetters,
  recordsOf,
  UNHURRIED,
} from '../../testing/dead-letters.js';

const { payment, order } = COMMAND_QUEUES;
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
  for (const queue of [payment, order]) {
    while ((await shop.vhost.queue(queue))!.messages > 0) await shop.vhost.take(queue);
  }
});

const act = (action: 'replay' | 'discard', id: string, body: object = WHO): Promise<Answer> =>
  ask(one, 'POST', `/dead-letters/${id}/${action}`, { body });
/** Lists while the order service says what the order is. */
const listWhile = async (status: string | undefined): Promise<DeadLetterView[]> => {
  const [answer] = await Promise.all([
    ask(one, 'GET', `/dead-letters?queue=${payment}`),
    status && saying(status),
  ]);
  expect(answer.status).toBe(200);
  return answer.body.deadLetters as DeadLetterView[];
};
const saying = (status: string) =>
  shop.serve(
    'order',
    status === 'NONE' ? { no: 'ORDER_NOT_FOUND' } : { response: { status, sagaId: null } },
  );
/** Does it while the order service says what the order is, the answer of the action. */
const actWhile = async (
  status: string,
  action: 'replay' | 'discard',
  id: string,
  body: object = WHO,
): Promise<Answer> => (await Promise.all([act(action, id, body), saying(status)]))[0];
const oneShot = (pattern: string, data: object = {}) =>
  JSON.stringify({ pattern, data: { orderId: newUuid(), ...data } });
const deadLetter = (body: string | Buffer, headers: object = {}, properties: object = {}) =>
  deadLetterIn(shop, payment, body, { headers, ...properties });
const open = () => openDeadLetters(shop);

describe('a replay', () => {
  it('asked for twice at once sends the command once', async () => {
    await deadLetter(oneShot('payment.refund'), dying('PROVIDER_UNAVAILABLE'));
    const [first] = await listWhile('CANCELLED');
    const both = Promise.all([act('replay', first!.id), act('replay', first!.id)]);
    let isDone = false;
    void both.finally(() => (isDone = true));
    // Each of the two may ask the order service, or find it decided before.
    await waitFor('both answers', async () => {
      if ((await shop.vhost.queue(order))!.messages > 0) await saying('CANCELLED');
      return isDone;
    });
    const others = (await both).filter(({ status }) => status !== 200);
    expect(others).toHaveLength(1);
    expect([404, 409]).toContain(others[0]!.status);
    expect(await shop.vhost.queue(payment)).toMatchObject({ messages: 1 });
    expect(await shop.query('SELECT state, replayed_count FROM dead_letters')).toEqual([
      { state: 'replayed', replayed_count: 1 },
    ]);
  });

  it('that is under way has every other action refused, for a minute at most', async () => {
    await deadLetter('not JSON', dying('NOT_JSON'));
    const [first] = await listed(one);
    const put = (ago: string) =>
      shop.query(
        `UPDATE dead_letters SET state = 'replaying', state_at = now() - $2::interval WHERE id = $1`,
        [first!.id, ago],
      );
    await put('50 seconds');
    expect(await act('discard', first!.id)).toMatchObject({
      status: 409,
      headers: expect.anything(),
      body: { code: 'DEAD_LETTER_BUSY' },
    });
    expect(await listed(one)).toMatchObject([{ id: first!.id, state: 'replaying' }]);
    await put('61 seconds');
    expect(await act('discard', first!.id)).toMatchObject({ status: 200 });
    const outcomes = (await recordsOf(shop, first!.id)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['refused', 'done']);
  });

  it('of an orchestrator that dies after it has sent leaves the row, and its intent on record', async () => {
    const mortal = await shop.ready(
      await shop.start({ ...UNHURRIED, FAULT_POINT: 'orchestrator.replay-before-commit' }),
    );
    await deadLetter(oneShot('payment.refund'));
    const [first] = await listWhile('CANCELLED');
    const path = `/dead-letters/${first!.id}/replay`;
    const [dead] = await Promise.allSettled([
      ask(mortal, 'POST', path, { body: WHO }),
      saying('CANCELLED'),
    ]);
    expect(dead.status).toBe('rejected');
    expect(await open()).toBe(1);
    expect(await shop.vhost.queue(payment)).toMatchObject({ messages: 1 });
    expect(await recordsOf(shop, first!.id)).toMatchObject([{ outcome: null, ...WHO }]);
    await shop.query(`UPDATE dead_letters SET state_at = now() - interval '61 seconds'`);
    expect(await actWhile('CANCELLED', 'replay', first!.id)).toMatchObject({ status: 200 });
    expect(await open()).toBe(0);
  });
});
