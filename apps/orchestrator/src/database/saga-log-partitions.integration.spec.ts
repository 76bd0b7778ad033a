import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { MIGRATIONS } from '../testing/orchestrators.js';

const BEFORE = 3;
/** So many days after today are made. */
const AHEAD = 35;
const PARTITIONS = `SELECT relname AS name, pg_get_expr(relpartbound, pg_class.oid) AS bound
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'saga_logs'::regclass ORDER BY relname`;

let database: TestDatabase;
let client: pg.Client;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'before-'));
  await cp(MIGRATIONS, folder, { recursive: true });
  const file = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: unknown[] };
  journal.entries = journal.entries.slice(0, BEFORE);
  await writeFile(file, JSON.stringify(journal));
  const migrate = (url: string) => runMigrations({ url, folder, print: () => undefined });
  database = await testDatabase({ name: 'partitions', migrate });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

const query = async (text: string, values: unknown[] = []) =>
  (await client.query<Record<string, unknown>>(text, values)).rows;
const migrated = () =>
  runMigrations({ url: database.url, folder: MIGRATIONS, print: () => undefined });
const partitions = async () => (await query(PARTITIONS)).map(({ name }) => name as string);
/** The day, so many days from now, as partitions are called. */
const dayName = (days: number) =>
  `saga_logs_${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`;
const daysFrom = (first: number) =>
  Array.from({ length: AHEAD + 1 - first }, (_, index) => first + index);
const log = (sagaId: string, daysAgo: number, step: string) =>
  query(
    `INSERT INTO saga_logs (saga_id, created_at, step, status)
      VALUES ($1, now() - $2::float8 * interval '1 day', $3, 'STARTED')`,
    [sagaId, daysAgo, step],
  );
const stepsOf = async (sagaId: string) =>
  (await query('SELECT step FROM saga_logs WHERE saga_id = $1 ORDER BY created_at', [sagaId])).map(
    ({ step }) => step,
  );

describe('the log, when it becomes partitioned', () => {
  it('keeps every row that was there, in order, and takes the next ones', async () => {
    const sagaId = newUuid();
    for (const [daysAgo, step] of [
      [400, 'A'],
      [1, 'B'],
      [0.01, 'C'],
      [-3, 'D'],
    ] as const) {
      await log(sagaId, daysAgo, step);
    }
    await migrated();
    expect(await stepsOf(sagaId)).toEqual(['A', 'B', 'C', 'D']);
    await log(sagaId, 0, 'C2');
    await log(sagaId, -5, 'E');
    expect(await stepsOf(sagaId)).toEqual(['A', 'B', 'C', 'C2', 'D', 'E']);
    // All rows up to the day of the last one are in the old table; the later days are created.
    const names = await partitions();
    expect(names).toEqual(expect.arrayContaining(['saga_logs_before', 'saga_logs_default']));
    expect(names).toEqual(expect.arrayContaining(daysFrom(4).map(dayName)));
    expect(names).toHaveLength(2 + daysFrom(4).length);
    expect(await query('SELECT FROM saga_logs_default')).toEqual([]);
    expect(await query('SELECT FROM saga_logs_before')).toHaveLength(5);
  });

  it('on a fresh database has its days, and takes a row of any other day', async () => {
    await migrated();
    expect(await partitions()).toEqual([...daysFrom(0).map(dayName), 'saga_logs_default']);
    const sagaId = newUuid();
    for (const daysAgo of [1_000, 0, -AHEAD, -100]) await log(sagaId, daysAgo, `${daysAgo}`);
    expect(await stepsOf(sagaId)).toEqual(['1000', '0', `${-AHEAD}`, '-100']);
    expect(await query('SELECT FROM saga_logs_default')).toHaveLength(2);
  });

  it('still refuses two rows of one instant, and a status that is none', async () => {
    await migrated();
    const row = (status: string) =>
      query(
        `INSERT INTO saga_logs VALUES ('${newUuid().slice(0, -12)}000000000000', now(), 'A', '${status}')`,
      );
    await expect(row('DONE')).rejects.toMatchObject({ code: '23514' });
    const twice = `INSERT INTO saga_logs SELECT gen_random_uuid(), now(), 'A', 'STARTED' FROM
      generate_series(1, 1); INSERT INTO saga_logs SELECT saga_id, created_at, step, status FROM saga_logs`;
    await expect(query(twice)).rejects.toMatchObject({ code: '23505' });
  });
});

describe('making partitions', () => {
  const making = (on: pg.Client, from: number, to: number) =>
    on.query<{ made: number }>(
      `SELECT make_saga_logs_partitions(today + $1::int, today + $2::int) AS made
        FROM (SELECT (now() AT TIME ZONE 'UTC')::date) AS at (today)`,
      [from, to],
    );
  const make = async (from: number, to: number) => (await making(client, from, to)).rows[0]!.made;

  it('makes each once, for any number of calls by any process', async () => {
    await migrated();
    expect(await make(0, AHEAD + 2)).toBe(2);
    expect(await make(0, AHEAD + 2)).toBe(0);
    expect(await make(-3, -1)).toBe(3);
    expect(await partitions()).toHaveLength(daysFrom(0).length + 6);
  });

  it('is safe when two do it at once', async () => {
    await migrated();
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    const both = await Promise.all([making(client, 30, 48), making(other, 30, 48)]);
    await other.end();
    expect(both.map(({ rows }) => rows[0]!.made).sort((a, b) => a - b)).toEqual([0, 13]);
  });

  it('leaves a day to the partition that has its rows', async () => {
    const sagaId = newUuid();
    await log(sagaId, 1, 'A');
    await migrated();
    await log(sagaId, -AHEAD - 2, 'B');
    expect(await make(-1, AHEAD + 3)).toBe(2);
    expect(await partitions()).not.toContain(dayName(AHEAD + 2));
    expect(await partitions()).not.toContain(dayName(0));
    expect(await stepsOf(sagaId)).toEqual(['A', 'B']);
  });
});
