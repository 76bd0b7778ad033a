import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import { done, insertedSaga, writeOf, rejected, StoredSagas } from '../fixtures/stored-sagas.js';
import type { OpenSaga } from '../core/instance.js';
import type { PostgresSagaStore } from './index.js';

let sagas: StoredSagas;
let store: PostgresSagaStore;

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
beforeEach(async () => {
  store = await sagas.newStore();
});
afterEach(() => sagas.empty());

describe('owners of sagas', () => {
  const silentAfterMs = 5_000;
  const takeOver = (by: PostgresSagaStore, limit = 100, definitions = [purchase]) =>
    by.takeOver({ limit, silentAfterMs, definitions });
  const beatAgo = (owner: PostgresSagaStore, seconds: number) =>
    sagas.sql.query(
      `UPDATE saga_owners SET heartbeat_at = clock_timestamp() - $2 * interval '1 second'
       WHERE instance_id = $1`,
      [owner.instanceId, seconds],
    );

  it('leaves the sagas of a living owner alone', async () => {
    const other = await sagas.newStore();
    await insertedSaga(store);
    await beatAgo(store, 30);
    const request = { limit: 100, definitions: [purchase] };
    expect(await other.takeOver({ ...request, silentAfterMs: 60_000 })).toEqual([]);
  });

  it('takes the sagas of a silent owner, raising version and epoch', async () => {
    const other = await sagas.newStore();
    const saga = await insertedSaga(store);
    await beatAgo(store, 6);
    const [taken] = await takeOver(other);
    expect(taken).toMatchObject({
      sagaId: saga.sagaId,
      owner: other.instanceId,
      version: 2,
      epoch: 2,
      awaited: 'ORDER_CREATED',
      waitingFor: 'reply',
      formerOwner: store.instanceId,
    });
  });

  it('takes the sagas of an owner whose heartbeat is in the future: the clock went back', async () => {
    const other = await sagas.newStore();
    await insertedSaga(store);
    await beatAgo(store, -3_600);
    expect(await takeOver(other)).toHaveLength(1);
  });

  it('leaves the sagas of an owner alone whose heartbeat is a little in the future', async () => {
    const other = await sagas.newStore();
    await insertedSaga(store);
    await beatAgo(store, -30);
    const request = { limit: 100, definitions: [purchase], silentAfterMs: 60_000 };
    expect(await other.takeOver(request)).toEqual([]);
  });

  it.each([6, -6])('takes nothing while its own heartbeat is %d s old', async (seconds) => {
    const other = await sagas.newStore();
    await insertedSaga(store);
    await beatAgo(store, 3_600);
    await beatAgo(other, seconds);
    expect(await takeOver(other)).toEqual([]);
    await other.heartbeat();
    expect(await takeOver(other)).toHaveLength(1);
  });

  it('takes only what was given up while it may call no owner silent', async () => {
    const [other, gone] = [await sagas.newStore(), await sagas.newStore()];
    await insertedSaga(store);
    const { sagaId } = await insertedSaga(gone);
    await beatAgo(store, 86_000);
    await gone.release();
    const request = { limit: 100, definitions: [purchase], silentAfterMs: Infinity };
    expect((await other.takeOver(request)).map((saga) => saga.sagaId)).toEqual([sagaId]);
  });

  it('counts an owner without a heartbeat row as silent, so that a clean stop is at once', async () => {
    const other = await sagas.newStore();
    await insertedSaga(store);
    await store.release();
    expect(await takeOver(other)).toHaveLength(1);
  });

  it('takes a saga that was set to be undone by hand without a reason, and the others, too', async () => {
    const other = await sagas.newStore();
    const byHand = await insertedSaga(store);
    await insertedSaga(store);
    await sagas.sql.query(
      `UPDATE saga_state SET status = 'COMPENSATING', current_step = 'CANCEL_ORDER'
       WHERE saga_id = $1`,
      [byHand.sagaId],
    );
    await store.release();
    const taken = await takeOver(other);
    expect(taken).toHaveLength(2);
    expect(taken.find(({ sagaId }) => sagaId === byHand.sagaId)).toMatchObject({
      phase: 'backward',
      failure: { step: 'CANCEL_ORDER', kind: 'unknown', code: 'REASON_MISSING' },
    });
  });

  it('refuses every write of an owner that lost the saga, whatever version it saw', async () => {
    const other = await sagas.newStore();
    const saga = await insertedSaga(store);
    await store.release();
    await takeOver(other);
    expect(await store.save(writeOf(saga, done('ORDER_CREATED'), store))).toBe('guard-failed');
    const sameVersion = { ...saga, version: 2, epoch: 2 };
    expect(await store.save(writeOf(sameVersion, done('ORDER_CREATED'), store))).toBe(
      'guard-failed',
    );
    expect(await store.history(saga.sagaId)).toHaveLength(1);
  });

  it('never takes a finished saga, nor one of a definition it does not know', async () => {
    const other = await sagas.newStore();
    const first = await insertedSaga(store);
    const no = { code: 'ORDER_CANCELLED', message: 'no' };
    await store.save(writeOf(first, rejected('ORDER_CREATED', no), store));
    const second = await insertedSaga(store);
    await store.release();
    expect(await takeOver(other, 100, [{ ...purchase, version: 2 }])).toEqual([]);
    expect((await takeOver(other)).map((saga) => saga.sagaId)).toEqual([second.sagaId]);
  });

  it('takes what is being undone first', async () => {
    const other = await sagas.newStore();
    const all = await Promise.all(Array.from({ length: 20 }, () => insertedSaga(store)));
    const last = all.reduce((one, two) => (one.sagaId > two.sagaId ? one : two));
    const outcome = { kind: 'fault', code: 'BROKEN', message: '', retryable: false };
    await store.save(writeOf(last, { ...done('ORDER_CREATED'), outcome }, store));
    await store.release();
    expect((await takeOver(other, 1)).map(({ sagaId }) => sagaId)).toEqual([last.sagaId]);
  });

  it('gives each saga of a dead owner to exactly one of several that take at once', async () => {
    const takers = await Promise.all([sagas.newStore(), sagas.newStore(), sagas.newStore()]);
    await Promise.all(Array.from({ length: 60 }, () => insertedSaga(store)));
    await store.release();
    const taken: OpenSaga[] = [];
    for (let round = 0; taken.length < 60 && round < 20; round++) {
      taken.push(...(await Promise.all(takers.map((taker) => takeOver(taker, 10)))).flat());
    }
    expect(new Set(taken.map((saga) => saga.sagaId)).size).toBe(60);
    expect(taken).toHaveLength(60);
    expect(new Set(taken.map((saga) => saga.epoch))).toEqual(new Set([2]));
  });

  it('does not wait for a row that another session is changing', async () => {
    const other = await sagas.newStore();
    const [locked, free] = [await insertedSaga(store), await insertedSaga(store)];
    await store.release();
    const client = await sagas.sql.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM saga_state WHERE saga_id = $1 FOR UPDATE', [locked.sagaId]);
    expect((await takeOver(other)).map((saga) => saga.sagaId)).toEqual([free.sagaId]);
    await client.query('ROLLBACK');
    client.release();
  });

  it('finds its own sagas past their wake-up, and no others', async () => {
    const other = await sagas.newStore();
    const [late] = [
      await insertedSaga(store),
      await insertedSaga(store),
      await insertedSaga(other),
    ];
    await sagas.sql.query(
      `UPDATE saga_state SET wake_at = clock_timestamp() - interval '3 seconds'
       WHERE saga_id = $1 OR owner = $2`,
      [late.sagaId, other.instanceId],
    );
    const found = await store.ownOverdue({ limit: 10, overdueByMs: 1_000 });
    expect(found.map((saga) => saga.sagaId)).toEqual([late.sagaId]);
    expect(await store.ownOverdue({ limit: 10, overdueByMs: 10_000 })).toEqual([]);
  });

  it('takes its time from the database, not from this machine’s wall clock', async () => {
    const wallClock = Date.now;
    Date.now = () => 0;
    try {
      const fresh = await sagas.newStore();
      const { rows } = await sagas.sql.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      );
      // By this machine's wall clock it would be more than fifty years.
      expect(Math.abs(fresh.clock.nowMs() - rows[0]!.ms)).toBeLessThan(60_000);
    } finally {
      Date.now = wallClock;
    }
  });

  it('gives every process start a name of its own', async () => {
    expect((await sagas.newStore()).instanceId).not.toBe(store.instanceId);
  });
});
