import { cursorOf, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask, Orchestrators, post } from '../testing/orchestrators.js';
import { recordsOf, UNHURRIED } from '../testing/dead-letters.js';
import { copySaga } from '../testing/stored-rows.js';

const WHO = { reason: 'checked by hand', operator: 'olga' };

/** The row of a saga in a wait. */
const WAITS = { status: `'WAITING'`, due_at: `now() + interval '1 hour'`, wake_at: 'NULL' };

let shop: Orchestrators;
let one: AppProcess;
let other: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start({ ...UNHURRIED, BACKOFF_MAX_MS: '600000' }));
  other = await shop.ready(await shop.start({ ...UNHURRIED, BACKOFF_MAX_MS: '600000' }));
});
afterAll(() => shop.close());

const act = (by: AppProcess, action: string, sagaId: string): Promise<Answer> =>
  ask(by, 'POST', `/sagas/${sagaId}/${action}`, { body: WHO });
const stateOf = async (sagaId: string) =>
  (await shop.query('SELECT * FROM saga_state WHERE saga_id = $1', [sagaId]))[0]!;
const listed = async (query: string): Promise<unknown[]> => {
  const { body } = await ask(one, 'GET', `/sagas?${query}`);
  return (body.sagas as { sagaId: string }[]).map(({ sagaId }) => sagaId);
};

/** A checkout that awaits payment, driven by `one`. */
async function begun(): Promise<string> {
  const sagaId = newUuid();
  await post(one, `user ${sagaId}`, { 'x-saga-id': sagaId, prefer: 'respond-async' });
  await shop.serve('order', { response: {} });
  await shop.serve('inventory', { response: {} });
  await at(sagaId, 'PAYMENT_PROCESSED');
  return sagaId;
}

/** One whose undo was refused: it needs attention, and its next try is minutes away. */
async function parked(): Promise<string> {
  const sagaId = await begun();
  await shop.serve('payment', { no: 'PAYMENT_DECLINED' });
  await shop.serve('inventory', { no: 'BROKEN' });
  await waitFor('the saga to be parked', async () => (await stateOf(sagaId)).needs_attention);
  return sagaId;
}

const at = (sagaId: string, step: string) =>
  waitFor(`the saga at ${step}`, async () => (await stateOf(sagaId)).current_step === step);

describe('a parked saga', () => {
  it.each(['retry', 'resume'])('is listed, and ends after a %s', async (action) => {
    const sagaId = await parked();
    expect(await listed('state=parked')).toContain(sagaId);
    const done = await act(one, action, sagaId);
    expect(done).toMatchObject({
      status: 200,
      body: {
        outcome: 'done',
        saga: { attempt: 2, needsAttention: action === 'retry', currentStep: 'RELEASE_INVENTORY' },
      },
    });
    expect(await shop.serve('inventory', { response: {} })).toBe('inventory.release');
    expect(await shop.serve('order', { response: {} })).toBe('order.cancel');
    await at(sagaId, 'COMPENSATED');
    expect(await listed('state=unfinished')).not.toContain(sagaId);
    expect(await recordsOf(shop, sagaId)).toMatchObject([
      {
        action,
        ...WHO,
        subject_kind: 'saga',
        seen: 'COMPENSATING at RELEASE_INVENTORY, attempt 1, parked',
        outcome: 'done',
      },
    ]);
    const log = await shop.query(
      `SELECT status FROM saga_logs WHERE saga_id = $1 AND step = 'RELEASE_INVENTORY'
       ORDER BY created_at`,
      [sagaId],
    );
    expect(log).toEqual([{ status: 'STARTED' }, { status: 'COMPLETED' }]);
  });

  it('is not undone a second time, and cannot be marked as done', async () => {
    const sagaId = await parked();
    expect(await act(one, 'compensate', sagaId)).toMatchObject({
      status: 409,
      body: { code: 'ACTION_REFUSED', detail: expect.stringMatching(/already/) },
    });
    for (const wish of ['done', 'finish', 'skip', 'abandon']) {
      expect(await act(one, wish, sagaId)).toMatchObject({ status: 404 });
    }
    expect(await recordsOf(shop, sagaId)).toMatchObject([
      { action: 'compensate', outcome: 'refused', detail: { why: expect.any(String) } },
    ]);
    await act(one, 'resume', sagaId);
    await shop.serve('inventory', { response: {} });
    await shop.serve('order', { response: {} });
    await at(sagaId, 'COMPENSATED');
  });
});

describe('a saga that goes forward', () => {
  it('is undone, the step of unknown outcome first, by whichever instance is asked', async () => {
    for (const by of [one, other]) {
      const sagaId = await begun();
      await shop.vhost.take('payment_commands');
      const before = await stateOf(sagaId);
      expect(await act(by, 'resume', sagaId)).toMatchObject({ status: 409 });
      expect(await act(by, 'compensate', sagaId)).toMatchObject({ status: 200 });
      expect(await shop.serve('payment', { response: {} })).toBe('payment.refund');
      expect(await shop.serve('inventory', { response: {} })).toBe('inventory.release');
      expect(await shop.serve('order', { response: {} })).toBe('order.cancel');
      await at(sagaId, 'COMPENSATED');
      const after = await stateOf(sagaId);
      expect(after.epoch).toBe(Number(before.epoch) + (by === one ? 0 : 1));
      expect(after.owner === before.owner).toBe(by === one);
      const { body } = await ask(one, 'GET', `/sagas/${sagaId}`);
      expect(body).toMatchObject({ reason: { code: 'CHECKOUT_UNDONE' } });
      for (const action of ['retry', 'resume', 'compensate']) {
        expect(await act(by, action, sagaId)).toMatchObject({
          status: 409,
          body: { detail: expect.stringMatching(/finished/) },
        });
      }
    }
  });

  it('past its pivot is not undone', async () => {
    const sagaId = await begun();
    await shop.serve('payment', { response: {} });
    await shop.serve('inventory', { response: {} });
    await at(sagaId, 'ORDER_CONFIRMED');
    for (const by of [one, other]) {
      expect(await act(by, 'compensate', sagaId)).toMatchObject({
        status: 409,
        body: { detail: expect.stringMatching(/only goes forward/) },
      });
    }
    await shop.serve('order', { response: {} });
    await at(sagaId, 'COMPLETED');
  });
});

describe('asking', () => {
  it('of what is not there is 404 and on record, and without a reason is 400', async () => {
    const sagaId = newUuid();
    expect(await act(one, 'retry', sagaId)).toMatchObject({ status: 404 });
    expect(await recordsOf(shop, sagaId)).toMatchObject([{ outcome: 'refused', seen: null }]);
    const without = { body: { operator: 'olga' } };
    expect(await ask(one, 'POST', `/sagas/${sagaId}/retry`, without)).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field: 'reason' })]) },
    });
    expect(await ask(one, 'GET', '/sagas?state=all')).toMatchObject({ status: 400 });
  });

  it('lists no more than was asked for, and says how many there are', async () => {
    const sagas = [await begun(), await begun()];
    const { body } = await ask(one, 'GET', '/sagas?state=unfinished&limit=1');
    expect(body).toMatchObject({ sagas: [{ status: 'RUNNING' }], more: 1 });
    expect(await listed('state=unfinished')).toEqual(sagas);
    expect(await listed('state=parked')).toEqual([]);
  });

  it('lists sagas that wait behind those that are driven, however old they are', async () => {
    const sagaId = await begun();
    const before = (await listed('state=unfinished')).length;
    await copySaga(shop, 2, { ...WAITS, created_at: `'2026-01-01'` });
    const { body } = await ask(one, 'GET', '/sagas?state=unfinished');
    const statuses = (body.sagas as { status: string }[]).map(({ status }) => status);
    expect(statuses).toHaveLength(before + 2);
    expect(statuses.slice(before)).toEqual(['WAITING', 'WAITING']);
    expect(statuses.slice(0, before)).not.toContain('WAITING');
    expect(await listed('state=unfinished')).toContain(sagaId);
    expect(await listed('state=parked')).toHaveLength(0);
  });

  it('lists page by page, parked ones first and then the oldest, each once', async () => {
    const sagaId = await begun();
    const before = (await listed('state=unfinished')).length;
    await copySaga(shop, 2, WAITS);
    await copySaga(shop, 4, { created_at: `now() - random() * interval '1 hour'` });
    await copySaga(shop, 2, { needs_attention: 'true' });
    await copySaga(shop, 3, { created_at: `'2026-01-01T00:00:00.000001Z'` });
    const all = await listed('state=unfinished');
    expect(all).toHaveLength(before + 11);
    expect(all).toContain(sagaId);
    const pages: unknown[] = [];
    let path: string | undefined = '/sagas?state=unfinished&limit=3';
    while (path !== undefined) {
      const { headers, body }: Answer = await ask(one, 'GET', path);
      const sagas = body.sagas as { sagaId: string }[];
      pages.push(...sagas.map((saga) => saga.sagaId));
      expect(body.more).toBe(all.length - pages.length);
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(path === undefined).toBe(body.next === null);
    }
    expect(pages).toEqual(all);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1&limit=2',
    'after=x',
    `after=${cursorOf('products', ['parked', '2026-01-01T00:00:00.000001Z', newUuid()])}`,
    `after=${cursorOf('sagas', ['parked', 'yesterday', newUuid()])}`,
    `after=${cursorOf('sagas', ['parked', '2026-99-01T00:00:00.000001Z', newUuid()])}`,
    `after=${cursorOf('sagas', ['parked', '2026-01-01T00:00:00.000001Z', 'x'])}`,
    `after=${cursorOf('sagas', ['any', '2026-01-01T00:00:00.000001Z', newUuid()])}`,
  ])('of a page that is none (%s) are refused by its field', async (query) => {
    const answer = await ask(one, 'GET', `/sagas?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});
