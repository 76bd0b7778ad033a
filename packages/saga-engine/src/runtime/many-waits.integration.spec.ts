import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { booking } from '../fixtures/booking.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { StoredSagas } from '../fixtures/stored-sagas.js';
import { NO_OWNER } from '../core/instance.js';
import { Participants } from '../testing/index.js';
import { SagaEngine } from './engine.js';

const WAITING = 100_000;
const DUE = 500;
const PATIENCE = { timeoutMs: 120_000 };

let sagas: StoredSagas;
beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());

const MAKE = `
INSERT INTO saga_state (saga_id, order_id, definition, definition_version, status, current_step,
  attempt, needs_attention, saga_deadline_at, kept, input, version, epoch, owner, due_at,
  last_log_at, created_at, updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'booking', 1, 'WAITING', 'HOST_DECIDES',
  1, false, now(), '{}', '{"nights": 1}', 2, 1, '${NO_OWNER}', now() + interval '1 hour',
  now(), now(), now()
FROM generate_series(1, $1)`;

/** Rows of saga_state that were read by an index, and reads of the whole table. */
async function reads(): Promise<{ rows: number; scans: number }> {
  const { rows } = await sagas.sql.query(
    `SELECT idx_tup_fetch::int AS rows, seq_scan::int AS scans FROM pg_stat_user_tables
      WHERE relname = 'saga_state'`,
  );
  return rows[0];
}

/** An engine on a store of its own, and how often it looked for something to do. */
async function newEngine() {
  const store = await sagas.newStore();
  let looks = 0;
  const [takeOver, takeDue] = [store.takeOver.bind(store), store.takeDue.bind(store)];
  store.takeOver = (request) => takeOver(request).finally(() => looks++);
  store.takeDue = (request) => takeDue(request).finally(() => looks++);
  const participants = new Participants();
  const engine = new SagaEngine({
    definitions: [booking],
    store,
    sender: participants,
    clock: store.clock,
    logger: silentLogger,
    settings: { takeoverEveryMs: 20, dueEveryMs: 20, scanEveryMs: 20, heartbeatEveryMs: 100 },
  });
  participants.repliesTo((reply) => engine.onReply(reply));
  await engine.run();
  return { engine, looks: () => looks };
}

it('a hundred thousand waiting sagas are read by no loop, and those whose time comes go on', async () => {
  await sagas.sql.query(MAKE, [WAITING]);
  await sagas.sql.query('VACUUM ANALYZE saga_state');
  const before = await reads();
  const idle = await newEngine();
  await waitFor('a hundred looks', async () => idle.looks() > 100, PATIENCE);
  expect(idle.engine.inFlight).toBe(0);
  await idle.engine.stop();
  await sagas.closeStores(); // which reports its statistics
  const after = await reads();
  expect(after.scans - before.scans).toBe(0);
  expect(after.rows - before.rows).toBeLessThan(100);

  const due = `UPDATE saga_state SET due_at = now() WHERE saga_id IN (
    SELECT saga_id FROM saga_state WHERE status = 'WAITING' LIMIT $1)`;
  await sagas.sql.query(due, [DUE]);
  const { engine } = await newEngine();
  const undone = `SELECT count(*)::int AS count FROM saga_state WHERE status = 'COMPENSATED'`;
  await waitFor(
    'all of them to be undone',
    async () => (await sagas.sql.query(undone)).rows[0].count === DUE,
    PATIENCE,
  );
  expect(engine.inFlight).toBe(0);
  await engine.stop();
  await sagas.closeStores();
}, 300_000);
