import { types } from 'node:util';
import { type Client, escapeIdentifier } from 'pg';
import {
  applyMigration,
  LockNotHad,
  type MigrationPatience,
  prepareRecord,
} from './apply-migration.js';
import { openSession } from '../connection/session-client.js';
import { databaseNameOf } from '../database.js';
import { databaseFault, reasonOf } from '../database-fault.js';
import { takeAdvisoryLock } from '../transaction/advisory-lock.js';
import { grantRights } from './rights.js';
import type { AppRights } from './rights-statements.js';
import { lastMigration, migrationsOf } from './schema-check.js';

export interface MigrationOptions {
  url: string;
  /** The folder with the numbered .sql files and meta/_journal.json. */
  folder: string;
  /** What the app's role may do afterwards, where the user of `url` is `<database>_owner`. */
  rights?: AppRights;
  print?: (line: string) => void;
  patience?: MigrationPatience;
}

/**
 * Why a database could not be brought to the current schema, in words for the person who runs its
 * migrations.
 */
export class MigrationProblem extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'MigrationProblem';
  }
}

/** Any number, the same in every process that migrates. */
const MIGRATION_LOCK = 1_884_303_201;
const NO_SUCH_DATABASE = '3D000';
const DATABASE_EXISTS = new Set(['42P04', '23505']);
const CONNECT_TIMEOUT_MS = 5_000;
const TRY_EVERY_MS = 100;
const SILENT_ATTEMPTS = 50;

/**
 * Brings a database to the schema of `folder` and says what it did; creates the database when it is
 * missing. Repeatable, and safe when several processes run it at once. Throws MigrationProblem.
 */
export async function runMigrations({
  url,
  folder,
  rights = { appendOnly: [] },
  print = (line) => process.stdout.write(`${line}\n`),
  patience,
}: MigrationOptions): Promise<void> {
  const name = databaseNameOf(url);
  const client = await connectCreating(url, name, print);
  try {
    await takeAdvisoryLock(client, MIGRATION_LOCK, {
      tryForMs: Number.POSITIVE_INFINITY,
      tryEveryMs: TRY_EVERY_MS,
      onTaken: (attempts) => {
        if (attempts === SILENT_ATTEMPTS) print(`${name}: waits for another migration to end`);
      },
    });
    const before = await lastMigration(client);
    const pending = migrationsOf(folder).filter(({ when }) => when > before);
    if (pending.length > 0) await prepareRecord(client);
    for (const migration of pending) {
      const say = (line: string) => print(`${name}: ${line}`);
      await applyMigration(client, { folder, migration }, say, patience);
      say(`applied ${migration.tag}`);
    }
    await grantRights(client, rights);
    if (pending.length === 0) print(`${name}: Already at the current schema`);
  } catch (error) {
    const why = error instanceof LockNotHad ? error.message : reasonOf(error);
    throw new MigrationProblem(`${name}: the migration failed: ${why}`, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The body of an app's dist/database/migrate.js: a problem is one line and exit code 1. */
export async function migrateOrExit(options: MigrationOptions): Promise<void> {
  try {
    await runMigrations(options);
  } catch (error) {
    if (!(error instanceof MigrationProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

async function connectCreating(
  url: string,
  name: string,
  print: (line: string) => void,
): Promise<Client> {
  try {
    return await connect(url);
  } catch (error) {
    if (codeOf(error) !== NO_SUCH_DATABASE) throw unreachable(url, error);
  }
  const server = new URL(url);
  server.pathname = '/postgres';
  const maintenance = await connect(server.href).catch((error: unknown) => {
    throw unreachable(server.href, error);
  });
  try {
    const quoted = escapeIdentifier(name);
    // template0: template1 cannot be copied while another session is connected to it.
    await maintenance.query(`CREATE DATABASE ${quoted} ENCODING 'UTF8' TEMPLATE template0`);
    print(`${name}: created the database`);
  } catch (error) {
    if (!DATABASE_EXISTS.has(codeOf(error))) {
      throw new MigrationProblem(`${name}: cannot be created: ${reasonOf(error)}`, error);
    }
  } finally {
    await maintenance.end();
  }
  return connect(url).catch((error: unknown) => {
    throw unreachable(url, error);
  });
}

function connect(url: string): Promise<Client> {
  return openSession(url, { name: 'migrations', connectTimeoutMs: CONNECT_TIMEOUT_MS });
}

function unreachable(url: string, error: unknown): MigrationProblem {
  const { hostname, port } = new URL(url);
  const where = `PostgreSQL at ${hostname}:${port || 5432}`;
  const hint =
    databaseFault(error) === 'away' && !codeOf(error).startsWith('28')
      ? 'Is it running? DB_URL says where it is.'
      : 'Check the user and the password in DB_URL.';
  return new MigrationProblem(`Cannot use ${where}: ${reasonOf(error)}. ${hint}`, error);
}

function codeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error ? String(error.code) : '';
}
