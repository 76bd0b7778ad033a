import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@backstitch/launcher';
import { Client } from 'pg';
import { postgresUrl } from './servers.js';

export interface TestDatabaseOptions {
  /** Names the kind of database ("orders"); part of the database's name. */
  name: string;
  /** Brings an empty database to the current schema. */
  migrate: (url: string) => Promise<void>;
  /**
   * The folder of the migrations, or the folders of all that `migrate` does: with it the database is
   * made once per content, then cloned.
   */
  migrations?: string | readonly string[];
  /** Another server than that of TEST_POSTGRES_URL: for tests that hurt it. */
  serverUrl?: string;
  /** How long connections may take to close before a drop fails [as long as waitFor waits]. */
  closedWithinMs?: number;
}

export interface TestDatabase {
  url: string;
  /** Drops the database. Throws, after dropping it, when a connection is still open. */
  drop(): Promise<void>;
}

/** A database for one test alone, at the current schema, on the tests' server. */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const name = `test_${options.name}_${randomUUID().slice(0, 8)}`;
  const server = options.serverUrl ?? postgresUrl();
  const url = urlOf(server, name);
  if (options.migrations) {
    const template = `template_${options.name}_${await contentHash([options.migrations].flat())}`;
    const migrate = (draft: string) => options.migrate(urlOf(server, draft));
    await withAdmin(server, (admin) => cloneTemplate(admin, template, name, migrate));
  } else {
    await withAdmin(server, (admin) => admin.query(`CREATE DATABASE "${name}"`));
    await options.migrate(url);
  }
  return { url, drop: () => withAdmin(server, (admin) => dropWhenUnused(admin, name, options)) };
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

async function withAdmin<T>(server: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: urlOf(server, 'postgres') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function contentHash(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) {
      hash.update(path.slice(folder.length)).update(await readFile(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** The lock makes a second process wait for the template instead of making it again. */
async function cloneTemplate(
  admin: Client,
  template: string,
  name: string,
  migrate: (database: string) => Promise<void>,
): Promise<void> {
  await admin.query(`SELECT pg_advisory_lock(hashtext($1))`, [template]);
  const made = await admin.query(`SELECT 1 FROM pg_database WHERE datname = $1`, [template]);
  if (made.rowCount === 0) {
    // Made under another name first: a template that exists is a template that is complete.
    const draft = `${template}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS "${draft}" WITH (FORCE)`);
    await admin.query(`CREATE DATABASE "${draft}"`);
    await migrate(draft);
    await unused(admin, draft);
    await admin.query(`ALTER DATABASE "${draft}" RENAME TO "${template}"`);
  }
  await admin.query(`SELECT pg_advisory_unlock(hashtext($1))`, [template]);
  await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
}

async function dropWhenUnused(
  admin: Client,
  name: string,
  { closedWithinMs }: TestDatabaseOptions,
): Promise<void> {
  try {
    await unused(admin, name, closedWithinMs);
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  }
}

/** A closed connection's server process ends a moment later, hence the waiting. */
async function unused(admin: Client, name: string, timeoutMs?: number): Promise<void> {
  const leaked = async () => {
    const sql = `SELECT application_name, left(query, 80) AS query FROM pg_stat_activity
      WHERE datname = $1 AND backend_type = 'client backend'`;
    const { rows } = await admin.query<{ application_name: string; query: string }>(sql, [name]);
    if (rows.length > 0) throw new Error(`still connected: ${JSON.stringify(rows)}`);
    return true;
  };
  await waitFor(`every connection to ${name} to be closed`, leaked, {
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}
