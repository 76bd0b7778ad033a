import {
  type BulkPreview,
  type BulkView,
  COMMAND_QUEUES,
  COMMANDS,
  newUuid,
} from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, Orchestrators, post } from '../../testing/orchestrators.js';
import { UNHURRIED } from '../../testing/dead-letters.js';

const OLGA = { operator: 'olga' };
const WHY = { reason: 'the bank lost its book', ...OLGA };
/** No command is sent twice while a test lasts. */
const ENV = {
  ...UNHURRIED,
  PAYMENT_REPLY_TIMEOUT_MS: '100000',
  STEP_DEADLINE_MS: '110000',
};

let shop: Orchestrators;
let one: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start(ENV));
}, 120_000);
afterAll(() => shop.close());

/** Sagas that wait for the answer of their payment, whose commands are lost. */
async function atPayment(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newUuid());
  for (const id of ids) {
    await post(one, `user ${id}`, { 'x-saga-id': id, prefer: 'respond-async' });
  }
  await serving(['order', 'inventory'], 'the sagas at their payment', async () => {
    const rows = await shop.query(
      `SELECT FROM saga_state WHERE current_step = 'PAYMENT_PROCESSED' AND saga_id = ANY ($1)`,
      [ids],
    );
    return rows.length === count;
  });
  for (let lost = 0; lost < count; ) {
    const { content } = await shop.vhost.take(COMMAND_QUEUES.payment);
    const commands = [JSON.parse(content.toString())].flat() as { pattern: string }[];
    lost += commands.filter(({ pattern }) => pattern === COMMANDS.paymentProcess).length;
  }
  return ids;
}

/** Answers every command of these queues until the probe is satisfied. */
function serving(
  queues: readonly (keyof typeof COMMAND_QUEUES)[],
  what: string,
  probe: () => Promise<boolean>,
): Promise<boolean> {
  return waitFor(what, async () => {
    for (const queue of queues) {
      const counts = await shop.vhost.queue(COMMAND_QUEUES[queue]);
      if (counts && counts.messages > 0) await shop.serve(queue, { response: {} });
    }
    return probe();
  });
}

const statusesOf = async (ids: readonly string[]) => {
  const rows = await shop.query('SELECT status FROM saga_state WHERE saga_id = ANY ($1)', [ids]);
  return rows.map(({ status }) => status);
};

async function preview(body: object): Promise<BulkPreview> {
  const answer = await ask(one, 'POST', '/previews', { body: { ...OLGA, ...body } });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as unknown as BulkPreview;
}
async function start(previewId: string, perSecond = 100): Promise<BulkView> {
  const answer = await ask(one, 'POST', '/bulk', { body: { previewId, perSecond, ...WHY } });
  expect(answer).toMatchObject({ status: 202 });
  return answer.body as unknown as BulkView;
}
const ended = (id: string, at = one) =>
  waitFor('the bulk operation to end', async () => {
    const { body } = await ask(at, 'GET', `/bulk/${id}`);
    return body['state'] !== 'running' && (body as unknown as BulkView);
  });

describe('a preview', () => {
  it('says what the undo of 20 sagas costs, as SQL does, and what is refused and why', async () => {
    const ended = newUuid();
    const done = post(one, 'buyer', { 'x-saga-id': ended });
    await serving(['order', 'inventory', 'payment'], 'the saga to end', async () => {
      return (await statusesOf([ended]))[0] === 'DONE';
    });
    await done;
    const ids = await atPayment(20);
    const absent = newUuid();
    const seen = await preview({ action: 'compensate', ids: [...ids, ended, absent, ids[0]] });
    const [sql] = await shop.query(
      `SELECT count(*)::int AS refunds, sum((input->>'totalAmount')::numeric)::text AS amount,
        sum((input#>>'{items,0,quantity}')::int)::int AS units
       FROM saga_state WHERE saga_id = ANY ($1)`,
      [ids],
    );
    expect(seen).toMatchObject({ action: 'compensate', legal: 20 });
    expect(seen.effects).toEqual({
      refunds: sql!['refunds'],
      refundAmount: sql!['amount'],
      refundsInDoubt: 20,
      units: sql!['units'],
      commands: { payment_commands: 20, inventory_commands: 20, order_commands: 20 },
    });
    expect(seen.refused).toEqual([
      { why: expect.stringContaining('The saga is finished'), count: 1 },
      { why: 'There is no such saga.', count: 1 },
    ]);
    expect(seen.sample).toHaveLength(10);
    expect(Date.parse(seen.expiresAt)).toBeGreaterThan(Date.now() + 9 * 60_000);
    expect(new Set(await statusesOf(ids))).toEqual(new Set(['RUNNING']));
  }, 120_000);

  it('of a filter has what a search with it finds', async () => {
    const { legal } = await preview({ action: 'retry', filter: { status: 'RUNNING' } });
    const [{ count } = {}] = await shop.query(
      `SELECT count(*)::int AS count FROM saga_state WHERE status = 'RUNNING'`,
    );
    expect(legal).toBe(count);
  });

  it.each([
    ['without a set', { action: 'retry' }, 'ids'],
    ['with two sets', { action: 'retry', ids: [newUuid()], filter: {} }, 'ids'],
    ['with an empty set', { action: 'retry', ids: [] }, 'ids'],
    ['with an id that is none', { action: 'retry', ids: ['x'] }, 'ids'],
    ['with an unknown action', { action: 'delete', ids: [newUuid()] }, 'action'],
    ['with an unknown filter', { action: 'retry', filter: { stat: 'x' } }, 'stat'],
    ['with a wrong filter', { action: 'retry', filter: { is: ['parked'] } }, 'is'],
  ])('is refused %s', async (_what, body, field) => {
    const answer = await ask(one, 'POST', '/previews', { body: { ...OLGA, ...body } });
    expect(answer.status).toBe(400);
    const fields = (answer.body['errors'] as { field: string }[]).map((each) => each.field);
    expect(fields[0]).toContain(field);
  });
});

describe('a bulk operation', () => {
  it('acts on the sagas of its preview only; one that ended meanwhile is refused', async () => {
    const ids = await atPayment(4);
    const [first, ...others] = ids as [string, ...string[]];
    const outside = others.pop()!;
    const { previewId } = await preview({ action: 'compensate', ids: [first, ...others] });
    await ask(one, 'POST', `/sagas/${first}/compensate`, { body: WHY });
    await serving(['payment', 'inventory', 'order'], 'the undo of the first', async () => {
      return (await statusesOf([first]))[0] === 'COMPENSATED';
    });
    const running = (await statusesOf([outside]))[0];
    const { id } = await start(previewId);
    const bulk = await ended(id);
    expect(bulk).toMatchObject({ state: 'done', operator: 'olga', reason: WHY.reason });
    const outcomes = new Map(bulk.items.map((item) => [item.id, item]));
    expect(outcomes.get(first)).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('finished'),
    });
    expect((await statusesOf([outside]))[0]).toBe(running);
    expect(bulk.items).toHaveLength(3);
    const records = await shop.query(
      `SELECT subject_id, operator, reason FROM operator_actions
       WHERE detail->>'bulkId' = $1 AND subject_kind = 'saga'`,
      [id],
    );
    expect(records).toHaveLength(3);
    expect(records[0]).toMatchObject(WHY);
  }, 120_000);

  it('is one, however often its preview is used', async () => {
    const ids = await atPayment(2);
    const { previewId } = await preview({ action: 'compensate', ids });
    const [first, second] = await Promise.all([start(previewId), start(previewId)]);
    expect(second.id).toBe(first.id);
    expect((await ended(first.id)).items.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  }, 60_000);

  it('stops when it is asked to: what is not begun is not done', async () => {
    const ids = await atPayment(10);
    const { previewId } = await preview({ action: 'compensate', ids });
    const { id } = await start(previewId, 1);
    await waitFor('the first item to be done', async () => {
      const { body } = await ask(one, 'GET', `/bulk/${id}`);
      return (body as unknown as BulkView).items[0]!.outcome === 'done';
    });
    const stop = await ask(one, 'POST', `/bulk/${id}/stop`, { body: WHY });
    expect(stop).toMatchObject({ status: 200, body: { state: 'stopped', stoppedBy: 'olga' } });
    const { items } = await ended(id);
    const stopped = items.filter(({ outcome }) => outcome === 'stopped').map((item) => item.id);
    expect(stopped.length).toBeGreaterThan(0);
    expect(new Set(await statusesOf(stopped))).toEqual(new Set(['RUNNING']));
  }, 60_000);

  it('goes on after its orchestrator was killed, and acts on no saga twice', async () => {
    const ids = await atPayment(6);
    const { previewId } = await preview({ action: 'compensate', ids });
    const { id } = await start(previewId, 1);
    await waitFor('the first item to be done', async () => {
      const { body } = await ask(one, 'GET', `/bulk/${id}`);
      return (body as unknown as BulkView).items[0]!.outcome === 'done';
    });
    await one.kill();
    // As if it had been killed while it acted on the last one.
    const last = { id: ids.at(-1)!, outcome: 'unknown', why: expect.stringContaining('Read the') };
    await shop.query('UPDATE bulk_items SET begun_at = now() WHERE saga_id = $1', [last.id]);
    // Instead of the half minute of the lease.
    await shop.query(`UPDATE bulk_operations SET lease_until = now() WHERE id = $1`, [id]);
    one = await shop.ready(await shop.start(ENV));
    const { state, items } = await ended(id);
    expect(state).toBe('done');
    expect(items.every(({ outcome }) => outcome === 'done' || outcome === 'unknown')).toBe(true);
    expect(items.at(-1)).toMatchObject(last);
    expect(await statusesOf([last.id])).toEqual(['RUNNING']);
    const acted = await shop.query(
      `SELECT subject_id FROM operator_actions
       WHERE detail->>'bulkId' = $1 AND subject_kind = 'saga' GROUP BY 1 HAVING count(*) > 1`,
      [id],
    );
    expect(acted).toEqual([]);
  }, 120_000);

  it('of a preview that has expired is refused', async () => {
    const ids = await atPayment(1);
    const { previewId } = await preview({ action: 'compensate', ids });
    await shop.query('UPDATE saga_previews SET expires_at = now() WHERE id = $1', [previewId]);
    const answer = await ask(one, 'POST', '/bulk', { body: { previewId, ...WHY } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'ACTION_REFUSED' } });
    expect(await statusesOf(ids)).toEqual(['RUNNING']);
  });

  it('without a valid preview is refused, and on record', async () => {
    const body = { previewId: newUuid(), ...WHY };
    const answer = await ask(one, 'POST', '/bulk', { body });
    expect(answer).toMatchObject({ status: 409, body: { code: 'ACTION_REFUSED' } });
    const [record] = await shop.query(
      `SELECT action, outcome FROM operator_actions WHERE subject_kind = 'bulk'
       ORDER BY at DESC LIMIT 1`,
    );
    expect(record).toEqual({ action: 'bulk', outcome: 'refused' });
    expect(await ask(one, 'GET', `/bulk/${newUuid()}`)).toMatchObject({ status: 404 });
    expect(await ask(one, 'GET', '/bulk/x')).toMatchObject({ status: 400 });
    const fast = { previewId: newUuid(), perSecond: 101, ...WHY };
    expect(await ask(one, 'POST', '/bulk', { body: fast })).toMatchObject({ status: 400 });
  });
});
