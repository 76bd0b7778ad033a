import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { RowLocked } from '../runtime/refused.js';
import { done, insertedSaga, writeOf, StoredSagas } from '../fixtures/stored-sagas.js';

/** As by default. */
const LOCK_TIMEOUT_MS = 300;

let sagas: StoredSagas;
beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
afterEach(() => sagas.empty());

it('a saga whose row is locked delays no save of another saga', async () => {
  const store = await sagas.newStore(LOCK_TIMEOUT_MS);
  const [locked, ...others] = await Promise.all(
    Array.from({ length: 30 }, () => insertedSaga(store)),
  );
  const write = writeOf(locked!, done('ORDER_CREATED'), store);
  const holder = await sagas.sql.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM saga_state WHERE saga_id = $1 FOR UPDATE', [locked!.sagaId]);
  try {
    const outcome = expect(store.save(write)).rejects.toThrow(RowLocked);
    let left = others;
    for (const step of ['ORDER_CREATED', 'STOCK_RESERVED']) {
      const response = step === 'STOCK_RESERVED' ? { holdId: 'hold-1' } : {};
      const writes = left.map((saga) => writeOf(saga, done(step, response), store));
      const again = expect(store.save(write)).rejects.toThrow(RowLocked);
      const saved = await Promise.all(writes.map((each) => store.save(each)));
      expect(saved).toEqual(writes.map(() => 'saved'));
      left = writes.map(({ instance }) => instance as (typeof left)[number]);
      await again;
    }
    await outcome;
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
  expect(await store.save(write)).toBe('saved');
});

it('a table that changed its shape is noticed by no save and no load', async () => {
  const store = await sagas.newStore();
  const saga = await insertedSaga(store);
  const first = writeOf(saga, done('ORDER_CREATED'), store);
  expect(await store.save(first)).toBe('saved');
  await store.load(saga.sagaId);
  await sagas.sql.query('ALTER TABLE saga_state ALTER current_step TYPE varchar(99)');
  const second = writeOf(first.instance, done('STOCK_RESERVED', { holdId: 'hold-1' }), store);
  expect(await store.load(saga.sagaId)).toMatchObject({ version: 2 });
  expect(await store.save(second)).toBe('saved');
  expect(await store.load(saga.sagaId)).toMatchObject({ version: 3 });
  await sagas.sql.query('ALTER TABLE saga_state ALTER current_step TYPE text');
  expect(await store.load(saga.sagaId)).toMatchObject({ version: 3 });
});
