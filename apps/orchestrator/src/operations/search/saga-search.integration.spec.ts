import { newUuid, type SagaSearch } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, Orchestrators, post } from '../../testing/orchestrators.js';
import { UNHURRIED } from '../../testing/dead-letters.js';
import { copySaga } from '../../testing/stored-rows.js';

const KEY = 'a key of the shopper';
const USER = 'user with a name';

let shop: Orchestrators;
let one: AppProcess;
const finished = newUuid();
const parked = newUuid();
const doubtful = newUuid();

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start({ ...UNHURRIED, BACKOFF_MAX_MS: '600000' }));
  const ended = post(one, USER, { 'x-saga-id': finished, 'idempotency-key': KEY });
  await shop.serveAll();
  await ended;
  await begin(parked);
  await shop.serve('order', { response: {} });
  await shop.serve('inventory', { no: 'INSUFFICIENT_STOCK' });
  await shop.serve('order', { no: 'BROKEN' });
  await waitFor('the saga to be parked', async () => (await stateOf(parked)).needs_attention);
  await begin(doubtful);
  await shop.vhost.take('order_commands');
  await shop.query(
    `UPDATE saga_state SET last_error = '{"code":"REPLY_TIMEOUT","message":"no reply"}'
     WHERE saga_id = $1`,
    [doubtful],
  );
}, 120_000);
afterAll(() => shop.close());

const begin = (sagaId: string) =>
  post(one, `user ${sagaId}`, { 'x-saga-id': sagaId, prefer: 'respond-async' });
const stateOf = async (sagaId: string) =>
  (await shop.query('SELECT * FROM saga_state WHERE saga_id = $1', [sagaId]))[0]!;

async function search(query: Record<string, string>): Promise<SagaSearch> {
  const { status, body } = await ask(one, 'GET', `/sagas?${new URLSearchParams(query).toString()}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as unknown as SagaSearch;
}
const found = async (query: Record<string, string>) =>
  (await search(query)).sagas.map(({ sagaId }) => sagaId);

describe('the search of sagas', () => {
  it('without a filter lists all sagas, the newest first', async () => {
    expect(await found({})).toEqual([doubtful, parked, finished]);
  });

  it('finds a saga by its id, its order, its user and its idempotency key', async () => {
    const { order_id: orderId } = await stateOf(finished);
    for (const q of [finished, finished.toUpperCase(), String(orderId), USER, KEY]) {
      expect(await found({ q })).toEqual([finished]);
    }
    const [saga] = (await search({ q: finished })).sagas;
    expect(saga).toMatchObject({
      orderId,
      userId: USER,
      amount: '59.98',
      status: 'DONE',
      attempt: null,
      is: [],
      code: null,
    });
  });

  it('finds nothing by an id that nothing has', async () => {
    const nothing = { sagas: [], groups: [], matched: 0, next: null, lookedUntil: null };
    expect(await search({ q: newUuid() })).toEqual(nothing);
    expect(await search({ q: `'; DROP TABLE saga_state; --` })).toEqual(nothing);
  });

  it.each([
    ['parked', `needs_attention`, () => [parked]],
    ['retrying', `last_error IS NOT NULL AND NOT needs_attention`, () => [doubtful]],
    ['doubt', `last_error->>'code' = 'REPLY_TIMEOUT'`, () => [doubtful]],
    ['waiting', `status = 'WAITING'`, () => []],
  ])('lists as %s exactly what SQL does', async (is, sql, expected) => {
    const rows = await shop.query(
      `SELECT saga_id FROM saga_state
       WHERE status IN ('RUNNING', 'COMPENSATING', 'WAITING') AND ${sql} ORDER BY created_at DESC`,
    );
    expect(rows.map(({ saga_id: id }) => id)).toEqual(expected());
    const { sagas, groups, matched } = await search({ is });
    expect(sagas.map(({ sagaId }) => sagaId)).toEqual(expected());
    expect(sagas.every((saga) => saga.is.includes(is as 'parked'))).toBe(true);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(matched);
  });

  it('has groups by cause that add up, those without a failure among them', async () => {
    const { groups, matched } = await search({});
    expect(matched).toBe(3);
    expect(groups).toEqual(
      expect.arrayContaining([
        { code: 'INSUFFICIENT_STOCK', step: 'INVENTORY_RESERVED', count: 1 },
        { code: 'REPLY_TIMEOUT', step: 'ORDER_CREATED', count: 1 },
        { code: null, step: null, count: 1 },
      ]),
    );
  });

  it('filters by status, code, step and time', async () => {
    expect(await found({ status: 'DONE' })).toEqual([finished]);
    expect(await found({ code: 'INSUFFICIENT_STOCK' })).toEqual([parked]);
    expect(await found({ step: 'ORDER_CREATED' })).toEqual([doubtful]);
    expect(await found({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await found({ since: '2026-01-01T00:00:00Z', status: 'RUNNING' })).toEqual([doubtful]);
  });

  it('has pages that list each saga once', async () => {
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page: SagaSearch = await search({ limit: '1', ...(before && { before }) });
      seen.push(...page.sagas.map(({ sagaId }) => sagaId));
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(seen).toEqual([doubtful, parked, finished]);
  });

  it.each([
    ['is', 'stuck', 'is must be one of retrying, parked, doubt, waiting'],
    ['status', 'OPEN', 'status must be one of RUNNING'],
    ['since', 'yesterday', 'since must be a time'],
    ['since', '2026-02-30T00:00:00Z', 'since must be a time'],
    ['before', 'x', 'before must be the cursor'],
    ['limit', '0', 'limit must be a whole number'],
    ['q', '', 'q must be 1 to 200 characters'],
    ['q', 'a\u0000b', 'q must be 1 to 200 characters'],
    ['stauts', 'DONE', 'stauts is not a parameter of this list'],
  ])('refuses %s=%j and says what is right', async (field, value, message) => {
    const query = new URLSearchParams({ [field]: value }).toString();
    const answer = await ask(one, 'GET', `/sagas?${query}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ field, message: expect.stringContaining(message) }] },
    });
  });

  it('looks at 20,000 sagas at most, says how far, and goes on from there', async () => {
    await copySaga(shop, 20_001, {
      saga_id: 'gen_random_uuid()',
      order_id: 'gen_random_uuid()',
      status: `'DONE'`,
      created_at: `now() + generate_series * interval '1 second'`,
    });
    const first = await search({ q: USER });
    expect(first).toMatchObject({ sagas: [], matched: 0, lookedUntil: expect.any(String) });
    const next = await search({ q: USER, before: first.next! });
    expect(next.sagas.map(({ sagaId }) => sagaId)).toEqual([finished]);
    expect(next).toMatchObject({ next: null, lookedUntil: null });
    // Parked ones are found however many other sagas there are.
    expect(await found({ is: 'parked' })).toEqual([parked]);
    const startedAtMs = performance.now();
    await search({ limit: '50' });
    process.stdout.write(
      `a page of 20,004 sagas: ${(performance.now() - startedAtMs).toFixed()} ms\n`,
    );
  }, 60_000);
});

describe('the record of actions', () => {
  it('is listed newest first, by subject, operator and outcome, page by page', async () => {
    const body = { reason: 'checked by hand', operator: 'olga' };
    await ask(one, 'POST', `/sagas/${parked}/retry`, { body });
    await ask(one, 'POST', `/sagas/${finished}/retry`, { body: { ...body, operator: 'otto' } });
    const list = async (query: string) => {
      const answer = await ask(one, 'GET', `/actions?${query}`);
      return answer.body as { actions: { subject: { id: string } }[]; next: string | null };
    };
    const subjects = async (query: string) =>
      (await list(query)).actions.map(({ subject }) => subject.id);
    expect(await subjects('')).toEqual([finished, parked]);
    expect(await subjects('operator=olga')).toEqual([parked]);
    expect(await subjects('outcome=refused')).toEqual([finished]);
    expect(await subjects(`subject=${parked}`)).toEqual([parked]);
    expect(await subjects('operator=nobody')).toEqual([]);
    const first = await list('limit=1');
    expect(first.actions).toMatchObject([
      { operator: 'otto', action: 'retry', subject: { kind: 'saga' }, outcome: 'refused' },
    ]);
    expect(await subjects(`limit=1&before=${first.next}`)).toEqual([parked]);
    expect(await ask(one, 'GET', '/actions?outcome=maybe')).toMatchObject({ status: 400 });
    expect(await ask(one, 'GET', '/actions?before=x')).toMatchObject({ status: 400 });
  });
});
