import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { beginning, keyedBy } from '../testing/claim-fixture.js';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';

/** A cycle is a day of a system that keeps sagas for three, and their keys for three more. */
const CYCLES = 12;
const SAGAS_A_DAY = 150;
const STEPS = 5;
const KEPT = { sagas: 3, keys: 6 };
/** By then as much is removed in a day as is written, and no size has a reason to grow. */
const STEADY = 8;

const TABLES = ['saga_state', 'saga_logs', 'idempotency_keys'] as const;

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
  await old.empty();
});
afterAll(() => old.close());

/** Everything is a day older, as if the day had passed. */
const A_DAY_LATER = `
  UPDATE saga_state SET updated_at = updated_at - interval '1 day';
  UPDATE idempotency_keys SET created_at = created_at - interval '1 day'`;

/** The log ages by moving to the partition before, oldest first. */
async function ageLog(days: number): Promise<void> {
  for (let day = days; day >= 0; day--) {
    await old.query(`SELECT make_saga_logs_partitions(day, day)
      FROM (SELECT (now() AT TIME ZONE 'UTC')::date - ${day + 1}) AS at (day)`);
  }
  await old.query(`UPDATE saga_logs SET created_at = created_at - interval '1 day'`);
}

/** A day's checkouts: begun by the claims, and ended. */
async function aDay(cycle: number): Promise<void> {
  const repository = old.repository(60, KEPT.keys);
  const begun = Array.from({ length: SAGAS_A_DAY }, (_, n) => {
    return beginning(keyedBy(`user ${n}`, `day ${cycle}`));
  });
  await Promise.all(begun.map((one) => repository.begin(one)));
  const ids = begun.map(({ sagaId }) => sagaId);
  // Each step's reply is a new version of the row, and the last one ends it.
  for (let step = 1; step <= STEPS; step++) {
    const status = step === STEPS ? 'DONE' : 'RUNNING';
    await old.query(
      `UPDATE saga_state SET status = $2, version = version + 1, updated_at = clock_timestamp()
        WHERE saga_id = ANY ($1)`,
      [ids, status],
    );
  }
  await old.query(
    `INSERT INTO saga_logs (saga_id, created_at, step, status)
      SELECT id, clock_timestamp(), 'STEP ' || n, 'COMPLETED'
      FROM unnest($1::uuid[]) AS id, generate_series(1, 9) AS n`,
    [ids],
  );
}

/** What the days have left behind; nothing is vacuumed before it is measured. */
async function sizes(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of TABLES) {
    const [row] = await old.query(
      `SELECT sum(pg_total_relation_size(relid))::float8 AS bytes
        FROM pg_partition_tree($1) UNION ALL
        SELECT pg_total_relation_size($1::regclass)
        WHERE NOT EXISTS (SELECT FROM pg_partition_tree($1))`,
      [table],
    );
    found[table] = Number(row!.bytes);
  }
  return found;
}

/** Once a day, as autovacuum does at the least: a table that it cannot clean grows. */
async function vacuum(): Promise<void> {
  for (const table of TABLES) await old.query(`VACUUM ${table}`);
}

describe('the tables of sagas, while new ones go on', () => {
  it('stop growing once as much is removed as is written', async () => {
    const seen: Awaited<ReturnType<typeof sizes>>[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await old.query(A_DAY_LATER);
      await ageLog(KEPT.sagas + 2);
      await Promise.all([aDay(cycle), old.worker({ ...KEPT, batchSize: 100 }).run()]);
      seen.push(await sizes());
      await vacuum();
    }
    const [counted] = await old.query(
      `SELECT (SELECT count(*) FROM saga_state)::int AS sagas,
        (SELECT count(*) FROM idempotency_keys)::int AS keys`,
    );
    expect(counted!.sagas).toBeLessThanOrEqual((KEPT.sagas + 2) * SAGAS_A_DAY);
    expect(counted!.keys).toBeLessThanOrEqual((KEPT.keys + 2) * SAGAS_A_DAY);
    for (const table of TABLES) {
      const bytes = seen.map((each) => each[table]!);
      const before = Math.max(...bytes.slice(0, STEADY));
      // One day may stay a run longer, when it was being read as it was to go.
      expect(Math.max(...bytes.slice(STEADY))).toBeLessThanOrEqual(before * 1.3);
    }
  });
});
