import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresUrl, waitFor } from '@backstitch/testkit';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { MigrationPatience } from './apply-migration.js';
import { MigrationProblem, runMigrations } from './migrations.js';
import { migrateCommand, migrationsOf, requireMigrations } from './schema-check.js';

const name = `test_migrations_${randomUUID().slice(0, 8)}`;
const url = Object.assign(new URL(postgresUrl()), { pathname: `/${name}` }).href;

async function writeMigrations(folder: string, files: [tag: string, text: string][]) {
  await mkdir(join(folder, 'meta'), { recursive: true });
  for (const [tag, text] of files) await writeFile(join(folder, `${tag}.sql`), text);
  const entries = files.map(([tag], idx) => ({
    idx,
    version: '7',
    when: 1_760_000_000_000 + idx,
    tag,
    breakpoints: true,
  }));
  const journal = { version: '7', dialect: 'postgresql', entries };
  await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify(journal));
}

describe('runMigrations', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await writeMigrations(folder, [['0000_pots', 'CREATE TABLE pots (id int)']]);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
    const admin = new Client({ connectionString: postgresUrl() });
    await admin.connect();
    await admin.query(`DROP DATABASE "${name}"`);
    await admin.end();
  });

  const check = async (where = url) => {
    const pool = new Pool({ connectionString: where });
    try {
      await requireMigrations(pool, migrateCommand('/app/migrations'), migrationsOf(folder));
    } finally {
      await pool.end();
    }
  };
  const run = async (patience?: MigrationPatience) => {
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    await runMigrations({ url, folder, print, ...(patience && { patience }) });
    return lines;
  };

  it('creates a missing database once, even when three start at the same time', async () => {
    const lines = (await Promise.all([run(), run(), run()])).flat().sort();
    const already = `${name}: Already at the current schema`;
    expect(lines).toEqual([
      already,
      already,
      `${name}: applied 0000_pots`,
      `${name}: created the database`,
    ]);
  });

  it('has nothing to do the second time, and says so', async () => {
    expect(await run()).toEqual([`${name}: Already at the current schema`]);
  });

  it('applies what is new and names it', async () => {
    await writeMigrations(folder, [
      ['0000_pots', 'CREATE TABLE pots (id int)'],
      ['0001_lids', 'CREATE TABLE lids (id int)'],
    ]);
    await expect(check()).rejects.toThrow(
      'its schema lacks 0001_lids: run node /app/dist/database/migrate.js',
    );
    expect(await run()).toEqual([`${name}: applied 0001_lids`]);
    await check();
  });

  it('finds every migration missing in a database that was never migrated', async () => {
    await expect(check(postgresUrl())).rejects.toThrow('0000_pots, 0001_lids');
  });

  it('leaves the schema as it was when a migration fails, and says why', async () => {
    const before = [
      ['0000_pots', 'CREATE TABLE pots (id int)'],
      ['0001_lids', 'CREATE TABLE lids (id int)'],
    ] as [string, string][];
    await writeMigrations(folder, [
      ...before,
      ['0002_pans', 'CREATE TABLE pans (id int);--> statement-breakpoint\nCREATE TABLE lids ()'],
    ]);
    await expect(run()).rejects.toThrow(/the migration failed: relation "lids" already exists/);
    await writeMigrations(folder, [...before, ['0002_pans', 'CREATE TABLE pans (id int)']]);
    expect(await run()).toEqual([`${name}: applied 0002_pans`]);
  });

  it('waits for no lock for long: it tries again, and says how to find the session that has it', async () => {
    const user = new Client({ connectionString: url });
    await user.connect();
    await user.query('BEGIN; SELECT FROM pots');
    const known = ['0000_pots', '0001_lids', '0002_pans'].map(
      (tag) => [tag, `CREATE TABLE ${tag.slice(5)} (id int)`] as [string, string],
    );
    const change =
      'ALTER TABLE lids ADD n int;--> statement-breakpoint\nALTER TABLE pots ADD n int';
    await writeMigrations(folder, [...known, ['0003_sizes', change]]);
    const hasty = { lockTimeoutMs: 50, tries: 2, pauseMs: 1 };
    await expect(run(hasty)).rejects.toThrow(/0003_sizes was tried 2 times.*pg_stat_activity/s);
    const { rows } = await user.query(
      `SELECT FROM information_schema.columns WHERE table_name = 'lids' AND column_name = 'n'`,
    );
    expect(rows).toEqual([]);
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const patience = { ...hasty, tries: 1_000 };
    const patient = runMigrations({ url, folder, print, patience });
    await waitFor('a try in vain', () => lines.length > 0);
    await user.query('ROLLBACK');
    await patient;
    expect(lines[0]).toBe(
      `${name}: 0003_sizes waits for a lock that is not to be had (1 of 1000 tries)`,
    );
    expect(lines.at(-1)).toBe(`${name}: applied 0003_sizes`);
    await user.end();
  });

  it('makes an index CONCURRENTLY, beside another migration that waits and after one that broke off', async () => {
    const user = new Client({ connectionString: url });
    await user.connect();
    await user.query('INSERT INTO pots VALUES (1), (1)');
    const known = ['0000_pots', '0001_lids', '0002_pans', '0003_sizes'].map(
      (tag) => [tag, `CREATE TABLE ${tag.slice(5)} (id int)`] as [string, string],
    );
    const index = '-- expand\nCREATE UNIQUE INDEX CONCURRENTLY pots_id ON pots (id)';
    await writeMigrations(folder, [...known, ['0004_pots_id', index]]);
    await expect(run()).rejects.toThrow(/could not create unique index/);
    await user.query('DELETE FROM pots');
    const lines = (await Promise.all([run(), run(), run()])).flat().sort();
    const already = `${name}: Already at the current schema`;
    expect(lines).toEqual([already, already, `${name}: applied 0004_pots_id`]);
    const valid = `SELECT indisvalid FROM pg_index WHERE indexrelid = 'pots_id'::regclass`;
    expect((await user.query(valid)).rows).toEqual([{ indisvalid: true }]);
    await user.end();
  });

  it('says which address it tried when no server answers', async () => {
    const nowhere = runMigrations({ url: 'postgresql://u:p@127.0.0.1:1/orders', folder });
    await expect(nowhere).rejects.toBeInstanceOf(MigrationProblem);
    await expect(nowhere).rejects.toThrow(/Cannot use PostgreSQL at 127.0.0.1:1: .*Is it running/);
  });

  it('says to check the password when the server refuses it', async () => {
    const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
    await expect(runMigrations({ url: wrong, folder })).rejects.toThrow(/Check the user/);
  });
});
