import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase, waitFor } from '@backstitch/testkit';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DatabaseHealth } from './database-health.js';
import { openDatabase } from './database/open-database.js';
import { runMigrations } from '@backstitch/database';
import { createLogger } from './logger.js';

const migrations = fileURLToPath(
  new URL('../../../apps/order-service/migrations', import.meta.url),
);
const logger = createLogger({ app: 'test', level: 'silent' });

let database: TestDatabase;
let admin: pg.Pool;
let health: DatabaseHealth;

beforeAll(async () => {
  database = await testDatabase({
    name: 'health',
    migrations,
    migrate: (url) => runMigrations({ url, folder: migrations, print: () => undefined }),
  });
  admin = new pg.Pool({ connectionString: database.url, max: 4 });
});
afterEach(() => health.close());
afterAll(async () => {
  await admin.end();
  await database.drop();
});

function watch(url = database.url): DatabaseHealth {
  health = new DatabaseHealth({ url, name: 'order-service', migrations, logger });
  return health;
}
const whyNot = () =>
  health.check().then(
    () => undefined,
    (error: Error) => error.message,
  );

describe('the database of an app', () => {
  it('is there while every connection of the app is at work', async () => {
    const busy = openDatabase({ url: database.url, name: 'busy', logger, poolMax: 2 });
    await admin.query('SELECT pg_advisory_lock(77)');
    const work = Array.from({ length: 5 }, () =>
      busy.pool.query('SELECT pg_advisory_lock_shared(77)').catch(() => undefined),
    );
    await waitFor('the work to wait', () => busy.pool.waitingCount === 3);
    expect(await watch().check()).toBeUndefined();
    const sql = `SELECT pg_terminate_backend(pid) FROM pg_locks
      WHERE locktype = 'advisory' AND objid = 77 AND pid <> pg_backend_pid()`;
    await waitFor('the work to end', async () => {
      await admin.query(sql);
      return busy.pool.waitingCount === 0;
    });
    await Promise.all(work);
    await busy.close();
  });

  it('is away, with its name and the reason, where no server answers', async () => {
    watch('postgresql://u:hunter2@127.0.0.1:1/orders');
    expect(await whyNot()).toMatch(/"orders" is away: .*ECONNREFUSED/);
    expect(await whyNot()).not.toContain('hunter2');
  });

  it('is not what the app needs while it lacks a migration, and says what to run', async () => {
    const last = await admin.query(
      `DELETE FROM drizzle.__drizzle_migrations WHERE created_at =
        (SELECT max(created_at) FROM drizzle.__drizzle_migrations) RETURNING *`,
    );
    watch();
    expect(await whyNot()).toMatch(
      /its schema lacks .*: run node .*order-service.dist.database.migrate\.js/,
    );
    const { hash, created_at } = last.rows[0] as Record<string, unknown>;
    await admin.query(
      'INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)',
      [hash, created_at],
    );
    expect(await whyNot()).toBeUndefined();
  });

  it('is away while it takes no writes', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    watch();
    expect(await whyNot()).toContain('it takes no writes');
    const writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    await writer.query('SET default_transaction_read_only = off');
    await writer.query(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
    await writer.end();
    await waitFor('it to take writes again', async () => (await whyNot()) === undefined);
  });

  it('is away when it does not answer in time', async () => {
    watch();
    const client = await admin.connect();
    await client.query('BEGIN; LOCK TABLE drizzle.__drizzle_migrations IN ACCESS EXCLUSIVE MODE');
    expect(await whyNot()).toMatch(/timeout/i);
    await client.query('ROLLBACK');
    client.release();
    await waitFor('it to be back', async () => (await whyNot()) === undefined);
  });

  it('is there again by itself after its connection was cut', async () => {
    watch();
    expect(await whyNot()).toBeUndefined();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'order-service health' AND datname = current_database()`,
    );
    await waitFor('it to be back', async () => (await whyNot()) === undefined);
  });
});
