import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { ask } from '../../testing/orchestrators.js';
import { dying, listed, recordsOf, UNHURRIED } from '../../testing/dead-letters.js';
import { DeadLetterActions, WHO } from '../../testing/dead-letter-actions.js';

const { payment, order } = COMMAND_QUEUES;

const actions = await DeadLetterActions.start();
const { shop, one } = actions;
const { act, saying, listWhile, actWhile, oneShot, deadLetter, open } = actions;
afterAll(actions.close);
afterEach(actions.clear);

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
