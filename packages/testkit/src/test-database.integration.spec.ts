import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type QueryResult } from 'pg';
import { testDatabase } from './test-database.js';

async function query(url: string, sql: string): Promise<QueryResult> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

describe('testDatabase', () => {
  let migrations: string;
  beforeAll(async () => {
    migrations = await mkdtemp(join(tmpdir(), 'testkit-'));
    await writeFile(join(migrations, '1.sql'), `SELECT '${migrations}'`);
  });
  afterAll(() => rm(migrations, { recursive: true }));

  it('migrates once per content and gives every caller a database of its own', async () => {
    let migrated = 0;
    const migrate = async (url: string) => {
      migrated += 1;
      await query(url, 'CREATE TABLE things (id int PRIMARY KEY)');
    };
    const options = { name: 'testkit', migrate, migrations };
    const [one, two] = await Promise.all([testDatabase(options), testDatabase(options)]);
    await query(one.url, 'INSERT INTO things VALUES (1)');
    expect((await query(two.url, 'SELECT * FROM things')).rowCount).toBe(0);
    expect(migrated).toBe(1);

    await writeFile(join(migrations, '2.sql'), 'SELECT 2');
    const three = await testDatabase(options);
    expect(migrated).toBe(2);
    for (const database of [one, two, three]) await database.drop();
    await dropTemplates();
  });

  it('migrates again when the content of one of several folders has changed', async () => {
    let migrated = 0;
    const seeds = await mkdtemp(join(tmpdir(), 'testkit-seeds-'));
    const migrate = async () => void (migrated += 1);
    const options = { name: 'testkit', migrate, migrations: [migrations, seeds] };
    const databases = [await testDatabase(options), await testDatabase(options)];
    expect(migrated).toBe(1);
    await writeFile(join(seeds, 'seed.sql'), `SELECT '${seeds}'`);
    databases.push(await testDatabase(options));
    expect(migrated).toBe(2);
    for (const database of databases) await database.drop();
    await dropTemplates();
    await rm(seeds, { recursive: true });
  });

  it('fails the drop when a connection was leaked, and drops the database all the same', async () => {
    const database = await testDatabase({
      name: 'testkit',
      migrate: async () => undefined,
      closedWithinMs: 200,
    });
    const leaked = new Client({ connectionString: database.url, application_name: 'leaky' });
    leaked.on('error', () => undefined);
    await leaked.connect();
    await expect(database.drop()).rejects.toThrow(/still connected.*leaky/);
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
    await leaked.end().catch(() => undefined);
  });

  async function dropTemplates(): Promise<void> {
    const url = process.env.TEST_POSTGRES_URL!;
    const sql = `SELECT datname FROM pg_database WHERE datname LIKE 'template\\_testkit\\_%'`;
    for (const { datname } of (await query(url, sql)).rows) {
      await query(url, `DROP DATABASE "${datname}"`);
    }
  }
});
