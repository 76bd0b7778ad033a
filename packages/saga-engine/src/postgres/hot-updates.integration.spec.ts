import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { done, insertedSaga, StoredSagas, writeOf } from '../fixtures/stored-sagas.js';

/** As many rows and their next versions fit on one page, whatever can be pruned meanwhile. */
const SAGAS = 10;

let sagas: StoredSagas;
beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());

/** Of a table that nothing else has updated. */
async function updates(): Promise<{ all: number; withinPage: number }> {
  const { rows } = await sagas.sql.query(
    `SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS "withinPage"
     FROM pg_stat_user_tables WHERE relname = 'saga_state'`,
  );
  return rows[0];
}

it('a transition changes no index: its new row version stays within the page', async () => {
  const store = await sagas.newStore();
  const many = await Promise.all(Array.from({ length: SAGAS }, () => insertedSaga(store)));
  const writes = many.map((saga) => writeOf(saga, done('ORDER_CREATED'), store));
  await Promise.all(writes.map((write) => store.save(write)));
  await sagas.closeStores(); // which reports its statistics
  const seen = await waitFor('the statistics of all updates', async () => {
    const now = await updates();
    return now.all >= SAGAS && now;
  });
  expect(seen).toEqual({ all: SAGAS, withinPage: SAGAS });
});
