import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { done, insertedSaga, writeOf, StoredSagas } from '../fixtures/stored-sagas.js';

const LOCK_NOT_AVAILABLE = '55P03';

let sagas: StoredSagas;
beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
afterEach(() => sagas.empty());

/** A session that waits for the lowest row of a batch must not have locked a higher one. */
describe('the rows of sagas that are saved together', () => {
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;

  it('are locked in the order of their ids, in whatever order they were handed in', async () => {
    const store = await sagas.newStore();
    const made = await Promise.all(Array.from({ length: 12 }, () => insertedSaga(store)));
    const rising = [...made].sort((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
    const [lowest, ...higher] = rising;
    const blocker = await sagas.sql.connect();
    try {
      await blocker.query('BEGIN');
      const lock = 'SELECT 1 FROM saga_state WHERE saga_id = $1 FOR UPDATE';
      await blocker.query(lock, [lowest!.sagaId]);
      const falling = [...rising].reverse();
      const saving = Promise.all(
        falling.map((saga) => store.save(writeOf(saga, done('ORDER_CREATED'), store))),
      );
      await waitFor('the batch to wait for its lowest row', async () => {
        return (await sagas.sql.query(waiting)).rowCount === 1;
      });
      for (const { sagaId } of higher) {
        // Refused with LOCK_NOT_AVAILABLE if the waiting batch held it.
        await blocker.query(`${lock} NOWAIT`, [sagaId]).catch((error: { code?: string }) => {
          expect(error.code).not.toBe(LOCK_NOT_AVAILABLE);
          throw error;
        });
      }
      await blocker.query('COMMIT');
      expect(await saving).toEqual(rising.map(() => 'saved'));
    } finally {
      blocker.release();
    }
  });
});
