import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { Pool } from 'pg';
import { sagaTables } from '../drizzle/index.js';
import { purchase } from '../fixtures/purchase.js';
import { sagaDatabase, tables } from '../fixtures/saga-database.js';
import { schemaOf } from '../fixtures/schema-of.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { insertedSaga, writeOf } from '../fixtures/stored-sagas.js';
import { createSagaTables, PostgresSagaStore } from './index.js';

const MIGRATIONS = join(import.meta.dirname, '../../../../apps/orchestrator/migrations');

/** Indexes that the orchestrator adds for its own search of sagas. */
const INDEXES_OF_SEARCH = /_sagas_by_(time|order)\.sql$/;

const opened: { drop(): Promise<void> }[] = [];

async function emptyDatabase(statements: readonly string[] = []): Promise<TestDatabase> {
  const database = await testDatabase({ name: 'saga_tables', migrate: async () => undefined });
  opened.push(database);
  await using(database, async (pool) => {
    for (const statement of statements) await pool.query(statement);
  });
  return database;
}

async function using<Result>({ url }: TestDatabase, work: (pool: Pool) => Promise<Result>) {
  const pool = new Pool({ connectionString: url });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

afterAll(async () => {
  for (const database of opened) await database.drop();
});

describe('the tables of the sagas', () => {
  it('are the same by the SQL files and by the migrations of the orchestrator, but for indexes of its search', async () => {
    const isOfTables = (name: string) => name.endsWith('.sql') && !INDEXES_OF_SEARCH.test(name);
    const names = (await readdir(MIGRATIONS)).filter(isOfTables).sort();
    const files = await Promise.all(names.map((name) => readFile(join(MIGRATIONS, name), 'utf8')));
    const statements = files.flatMap((text) => text.split('--> statement-breakpoint'));
    const migrated = await emptyDatabase(statements);
    const created = await sagaDatabase();
    opened.push(created);
    expect(await schemaOf(created.url)).toEqual(await schemaOf(migrated.url));
  });

  it('are the same by the SQL files and by the Drizzle schema', async () => {
    const schema = sagaTables(tables);
    const statements = await generateMigration(
      generateDrizzleJson({}),
      generateDrizzleJson(schema),
    );
    const generated = await emptyDatabase(statements);
    const created = await sagaDatabase();
    opened.push(created);
    const { definitions } = await schemaOf(created.url);
    expect(definitions).toEqual((await schemaOf(generated.url)).definitions);
    expect(definitions).toContain('saga_state.order_id uuid not null');
  });

  it('are created once, however many processes create them, and keep their rows', async () => {
    const database = await emptyDatabase();
    await using(database, async (pool) => {
      const all = await Promise.all(Array.from({ length: 8 }, () => createSagaTables(pool)));
      for (const one of all) expect(one).toEqual({ subjectColumn: 'subject_id' });
      const store = new PostgresSagaStore({
        url: database.url,
        tables: all[0]!,
        logger: silentLogger,
      });
      await store.heartbeat();
      const saga = await insertedSaga(store);
      await createSagaTables(pool);
      const answer = { kind: 'done', response: {} };
      const event = { kind: 'replied', step: 'ORDER_CREATED', direction: 'do', attempt: 1 };
      expect(await store.save(writeOf(saga, { ...event, outcome: answer }, store))).toBe('saved');
      await store.close();
    });
  });

  it('of the release before, which knew no waits, become the same, and keep their rows', async () => {
    const folder = join(import.meta.dirname, '../../sql');
    const before = await readFile(join(folder, '0001-saga-tables.sql'), 'utf8');
    const database = await emptyDatabase([before.replaceAll('subject_id', 'order_id')]);
    await using(database, async (pool) => {
      await pool.query(
        `INSERT INTO saga_state VALUES (gen_random_uuid(), gen_random_uuid(), 'purchase', 1, 'DONE',
          'COMPLETED', 1, NULL, NULL, NULL, false, NULL, now(), NULL, '{}', '{}', NULL, 1, 1,
          gen_random_uuid(), now(), now(), now())`,
      );
      await createSagaTables(pool, tables);
      const { rows } = await pool.query('SELECT status, due_at, waits FROM saga_state');
      expect(rows).toEqual([{ status: 'DONE', due_at: null, waits: null }]);
    });
    const created = await sagaDatabase();
    opened.push(created);
    expect(await schemaOf(database.url)).toEqual(await schemaOf(created.url));
  });

  it('are not taken for those of an application with another column', async () => {
    const database = await emptyDatabase();
    await using(database, async (pool) => {
      await createSagaTables(pool, { subjectColumn: 'trip_id' });
      await expect(createSagaTables(pool, { subjectColumn: 'order_id' })).rejects.toThrow(
        'saga_state exists, and has no column "order_id"',
      );
      await expect(createSagaTables(pool, { subjectColumn: 'trip id' })).rejects.toThrow(
        RangeError,
      );
    });
  });
});

describe('the store, asked for unfinished sagas', () => {
  it('knows of one by its definition and version, until it has ended', async () => {
    const database = await emptyDatabase();
    await using(database, async (pool) => {
      const names = await createSagaTables(pool);
      const store = new PostgresSagaStore({
        url: database.url,
        tables: names,
        logger: silentLogger,
      });
      await store.heartbeat();
      const { name, version } = purchase;
      expect(await store.hasUnfinished({ name, version })).toBe(false);
      await insertedSaga(store);
      expect(await store.hasUnfinished({ name, version })).toBe(true);
      expect(await store.hasUnfinished({ name, version: version + 1 })).toBe(false);
      expect(await store.hasUnfinished({ name: 'another', version })).toBe(false);
      await pool.query(`UPDATE saga_state SET status = 'DONE'`);
      expect(await store.hasUnfinished({ name, version })).toBe(false);
      await store.close();
    });
  });
});
