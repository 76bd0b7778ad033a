import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseFault } from '../database-fault.js';
import { type Client, escapeIdentifier } from 'pg';
import { beginWith, PipelinedTransaction } from '../transaction/pipelined-transaction.js';
import type { Migration } from './schema-check.js';

export interface MigrationPatience {
  /** For each lock: others that want the same table wait behind the migration meanwhile [500]. */
  lockTimeoutMs?: number;
  tries?: number;
  /** Between two tries, in which the others go on. */
  pauseMs?: number;
}

interface MigrationFile {
  hash: string;
  statements: readonly string[];
  /** PostgreSQL runs these outside a transaction only. */
  isConcurrent: boolean;
}

const BREAKPOINT = '--> statement-breakpoint';
const CONCURRENTLY = /\b(?:CREATE|DROP|REINDEX)\b[^;]*\bCONCURRENTLY\b/i;
const NEW_INDEX = /\bINDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)"?\s+ON\b/gi;
/** As drizzle has it: its tools read the same table. */
const RECORD = 'drizzle.__drizzle_migrations';

const LOCK_TIMEOUT_MS = 500;
const TRIES = 20;
const PAUSE_MS = 1_000;

/** Another session keeps a table locked, or uses it in a transaction that does not end. */
export class LockNotHad extends Error {}

export async function prepareRecord(client: Client): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS drizzle`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${RECORD}
    (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`);
}

/**
 * Applies one migration wholly or not at all. When a lock cannot be taken it is tried again, a
 * limited number of times. Throws LockNotHad, or the error of its statement.
 */
export async function applyMigration(
  client: Client,
  { folder, migration }: { folder: string; migration: Migration },
  say: (line: string) => void,
  patience: MigrationPatience = {},
): Promise<void> {
  const { lockTimeoutMs = LOCK_TIMEOUT_MS, tries = TRIES, pauseMs = PAUSE_MS } = patience;
  const file = migrationFile(readFileSync(join(folder, `${migration.tag}.sql`), 'utf8'));
  for (let nth = 1; ; nth += 1) {
    try {
      await (file.isConcurrent
        ? runOneByOne(client, file, migration)
        : runTogether(client, file, migration, lockTimeoutMs));
      return;
    } catch (error) {
      if (!['locked', 'contention'].includes(databaseFault(error))) throw error;
      if (nth >= tries) throw notHad(migration, tries, error);
    }
    say(`${migration.tag} waits for a lock that is not to be had (${nth} of ${tries} tries)`);
    await pause(pauseMs * (0.5 + Math.random()));
  }
}

function migrationFile(text: string): MigrationFile {
  const withoutComments = text.replace(/--.*$/gm, '');
  return {
    hash: createHash('sha256').update(text).digest('hex'),
    statements: text.split(BREAKPOINT).filter((statement) => statement.trim() !== ''),
    isConcurrent: CONCURRENTLY.test(withoutComments),
  };
}

async function runTogether(
  client: Client,
  file: MigrationFile,
  migration: Migration,
  lockTimeoutMs: number,
): Promise<void> {
  const begin = beginWith({ lock_timeout: lockTimeoutMs });
  await new PipelinedTransaction(client, begin).run(async (transaction) => {
    for (const statement of file.statements) await client.query(statement);
    await record(client, file, migration);
    await transaction.commit();
  });
}

/**
 * These block no reader and no writer, so they may wait. One that failed half-way has left an
 * index that is not valid, which is made anew.
 */
async function runOneByOne(
  client: Client,
  file: MigrationFile,
  migration: Migration,
): Promise<void> {
  for (const statement of file.statements) {
    for (const [, index] of statement.matchAll(NEW_INDEX)) await dropInvalid(client, index!);
    await client.query(statement);
  }
  await record(client, file, migration);
}

async function dropInvalid(client: Client, index: string): Promise<void> {
  const { rowCount } = await client.query(
    'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
    [escapeIdentifier(index)],
  );
  if (rowCount) await client.query(`DROP INDEX CONCURRENTLY ${escapeIdentifier(index)}`);
}

async function record(client: Client, file: MigrationFile, migration: Migration): Promise<void> {
  const values = [file.hash, migration.when];
  await client.query(`INSERT INTO ${RECORD} (hash, created_at) VALUES ($1, $2)`, values);
}

function notHad({ tag }: Migration, tries: number, cause: unknown): LockNotHad {
  const message = `${tag} was tried ${tries} times: another session uses its tables all the time. Nothing of
it was applied, so it can be run again. Who is in the way, oldest transaction first:
SELECT pid, application_name, state, xact_start, left(query, 60) AS query FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL ORDER BY xact_start`;
  return new LockNotHad(message, { cause });
}
