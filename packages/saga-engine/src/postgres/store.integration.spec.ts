import { waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tables } from '../fixtures/saga-database.js';
import {
  done,
  insertedSaga,
  writeOf,
  newSaga,
  rejected,
  StoredSagas,
} from '../fixtures/stored-sagas.js';
import type { OpenSaga, SagaInstance } from '../core/instance.js';
import { insertSagas, type PostgresSagaStore } from './index.js';

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

describe('the saga store', () => {
  it('gives back what was saved, to the field', async () => {
    const first = await insertedSaga(store);
    const second = writeOf(first, done('ORDER_CREATED'), store);
    expect(await store.save(second)).toBe('saved');
    const third = writeOf(second.instance, done('STOCK_RESERVED', { holdId: 'h"\\1' }), store);
    expect(await store.save(third)).toBe('saved');
    const read = await store.load(first.sagaId);
    expect(read).toMatchObject({
      ...third.instance,
      createdAtMs: expect.any(Number),
      wakeAtMs: expect.closeTo((third.instance as OpenSaga).wakeAtMs, 1),
      stepDeadlineAtMs: expect.closeTo((third.instance as OpenSaga).stepDeadlineAtMs!, 1),
      sagaDeadlineAtMs: expect.closeTo(third.instance.sagaDeadlineAtMs, 1),
    });
    expect(read?.kept).toEqual({ STOCK_RESERVED: { holdId: 'h"\\1' } });
  });

  it('keeps why a saga is undone, and how it ended', async () => {
    const first = await insertedSaga(store);
    const no = { code: 'ORDER_CANCELLED', message: 'no', details: { a: [1] } };
    const write = writeOf(first, rejected('ORDER_CREATED', no), store);
    await store.save(write);
    const read = await store.load(first.sagaId);
    expect(read).toMatchObject({ phase: 'undone', failure: { code: 'ORDER_CANCELLED' } });
    expect(read).toEqual(
      write.instance.phase === 'undone' && {
        ...write.instance,
        createdAtMs: expect.any(Number),
        sagaDeadlineAtMs: expect.any(Number),
      },
    );
    const { rows } = await sagas.sql.query('SELECT current_step, status, wake_at FROM saga_state');
    expect(rows).toEqual([{ current_step: 'COMPENSATED', status: 'COMPENSATED', wake_at: null }]);
  });

  it('refuses a write that does not follow the row, and writes no log row for it', async () => {
    const first = await insertedSaga(store);
    const write = writeOf(first, done('ORDER_CREATED'), store);
    expect(await store.save(write)).toBe('saved');
    expect(await store.save(write)).toBe('guard-failed');
    expect((await store.history(first.sagaId)).map((row) => `${row.step} ${row.status}`)).toEqual([
      'ORDER_CREATED STARTED',
      'ORDER_CREATED COMPLETED',
      'STOCK_RESERVED STARTED',
    ]);
  });

  it('refuses a write to a row that is not there', async () => {
    expect(await store.save(writeOf(newSaga(store).instance, done('ORDER_CREATED'), store))).toBe(
      'guard-failed',
    );
  });

  it('fails one row of a batch by its guard and saves its neighbours', async () => {
    const many = await Promise.all(Array.from({ length: 40 }, () => insertedSaga(store)));
    const writes = many.map((saga) => writeOf(saga, done('ORDER_CREATED'), store));
    await store.save(writes[7]!);
    const answers = await Promise.all(writes.map((write) => store.save(write)));
    expect(answers.filter((answer) => answer === 'guard-failed')).toHaveLength(1);
    expect(answers[7]).toBe('guard-failed');
    const { rows } = await sagas.sql.query('SELECT count(*)::int AS n FROM saga_logs');
    expect(rows[0].n).toBe(40 * 3);
  });

  it('stores text that jsonb refuses instead of failing the saga for ever', async () => {
    const first = await insertedSaga(store);
    const no = { code: 'ORDER_CANCELLED', message: 'a\u0000b\ud800c \\u0000' };
    const write = writeOf(first, rejected('ORDER_CREATED', no), store);
    expect(await store.save(write)).toBe('saved');
    const read = await store.load(first.sagaId);
    expect(read).toMatchObject({ failure: { message: 'a\ufffdb\ufffdc \\u0000' } });
  });

  it('fails only the row whose data the database refuses', async () => {
    const [bad, good] = [newSaga(store), newSaga(store)];
    const broken = { ...bad, instance: { ...bad.instance, subjectId: 'no-uuid' } };
    const answers = await Promise.allSettled([
      store.insert(newSaga(store)),
      store.insert(broken),
      store.insert(good),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.load(good.instance.sagaId)).toBeDefined();
  });

  it('says that a saga exists instead of starting it twice', async () => {
    const prepared = newSaga(store);
    const answers = await Promise.all([store.insert(prepared), store.insert(prepared)]);
    expect(answers.map((answer) => answer.kind).sort()).toEqual(['exists', 'inserted']);
    expect(await store.history(prepared.instance.sagaId)).toHaveLength(1);
  });

  it('starts a saga in the transaction of the caller, or not at all', async () => {
    const [kept, lost] = [newSaga(store), newSaga(store)];
    const client = await sagas.sql.connect();
    for (const [prepared, end] of [
      [kept, 'COMMIT'],
      [lost, 'ROLLBACK'],
    ] as const) {
      await client.query('BEGIN');
      expect(await insertSagas(client, tables, [prepared])).toEqual(
        new Set([prepared.instance.sagaId]),
      );
      await client.query(end);
    }
    client.release();
    expect(await store.load(kept.instance.sagaId)).toMatchObject({ requestId: 'request-1' });
    expect(await store.load(lost.instance.sagaId)).toBeUndefined();
  });

  it('orders the log rows of one transition, even when the clock stands still', async () => {
    const first = await insertedSaga(store);
    for (const late of ['saga_logs SET created_at', 'saga_state SET last_log_at']) {
      await sagas.sql.query(`UPDATE ${late} = clock_timestamp() + interval '1 hour'`);
    }
    let instance: SagaInstance = first;
    for (const name of ['ORDER_CREATED', 'STOCK_RESERVED', 'PAYMENT_MADE', 'STOCK_COMMITTED']) {
      const write = writeOf(instance, done(name, { holdId: 'h' }), store);
      await store.save(write);
      instance = write.instance;
    }
    const log = await store.history(first.sagaId);
    expect(log.map((row) => row.step)).toEqual([
      'ORDER_CREATED',
      'ORDER_CREATED',
      'STOCK_RESERVED',
      'STOCK_RESERVED',
      'PAYMENT_MADE',
      'PAYMENT_MADE',
      'STOCK_COMMITTED',
      'STOCK_COMMITTED',
      'ORDER_CONFIRMED',
    ]);
    expect(new Set(log.map((row) => row.createdAt)).size).toBe(log.length);
  });
});

describe('a database that does not answer', () => {
  it('rejects a save whose connection was cut, and saves again on a new one', async () => {
    const saga = await insertedSaga(store);
    const write = writeOf(saga, done('ORDER_CREATED'), store);
    const client = await sagas.sql.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM saga_state FOR UPDATE');
    const cut = store.save(write);
    const outcome = cut.then(
      () => 'answered',
      () => 'unknown',
    );
    await waitFor('the save to wait for the lock', async () => {
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'saga-store' AND wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    expect(await outcome).toBe('unknown');
    await client.query('ROLLBACK');
    client.release();
    expect(await store.save(write)).toBe('saved');
  });
});
