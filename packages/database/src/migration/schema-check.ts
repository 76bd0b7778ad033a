import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Pool } from 'pg';

type Queries = Pick<Pool, 'query'>;

export interface Migration {
  /** The name of its file. */
  tag: string;
  /** When it was made; the database remembers it by that. */
  when: number;
}

/** The migrations of a folder, oldest first. */
export function migrationsOf(folder: string): Migration[] {
  const text = readFileSync(join(folder, 'meta', '_journal.json'), 'utf8');
  return (JSON.parse(text) as { entries: Migration[] }).entries;
}

/** When the newest migration that the database knows was made; 0 when it knows none. */
export async function lastMigration(database: Queries): Promise<number> {
  const known = await database.query("SELECT to_regclass('drizzle.__drizzle_migrations') AS known");
  if (known.rows[0]?.known === null) return 0;
  const last = await database.query<{ last: string | null }>(
    'SELECT max(created_at) AS last FROM drizzle.__drizzle_migrations',
  );
  return Number(last.rows[0]?.last ?? 0);
}

/**
 * Throws, saying by which command it is mended, when the database lacks one of these migrations.
 * One that is newer is no worry: the app after this one may be on its way in.
 */
export async function requireMigrations(
  database: Queries,
  migrate: string,
  migrations: readonly Migration[],
): Promise<void> {
  const last = await lastMigration(database);
  const missing = migrations.filter(({ when }) => when > last).map(({ tag }) => tag);
  if (missing.length === 0) return;
  throw new Error(`its schema lacks ${missing.join(', ')}: run ${migrate}`);
}

/**
 * The command by which an app's own files, wherever they are installed, bring its schema up to
 * date.
 */
export function migrateCommand(folder: string): string {
  return `node ${join(dirname(folder), 'dist', 'database', 'migrate.js')}`;
}
