import { dirname } from 'node:path';
import { openSession } from '@backstitch/database';
import { databaseUrl } from '../servers/configured-servers.js';
import { runCommand } from '../servers/run-command.js';
import { environmentFor } from './app-variables.js';
import { APPS, appFile, type AppName } from './apps.js';

export class PreparationFailed extends Error {}

/** Brings the four databases to the current schema (making them if need be), each by its own app. */
export async function migrateDatabases(
  databaseServerUrl: string,
  say: (line: string) => void,
): Promise<void> {
  const owners = APPS.filter((app) => app.database !== undefined);
  await Promise.all(
    owners.map(async ({ name, database }) => {
      await runOfApp(name, 'database/migrate.js', databaseUrl(databaseServerUrl, database));
      say(`database "${database}" is at the current schema`);
    }),
  );
}

/**
 * In which currency the databases keep their amounts. Throws PreparationFailed when one of them has
 * another than the one that was asked for, if one was; undefined when none has any yet.
 */
export async function storedCurrency(
  databaseServerUrl: string,
  asked: string | undefined,
): Promise<string | undefined> {
  let found: string | undefined;
  for (const { database } of APPS.filter((app) => app.database !== undefined)) {
    const url = databaseUrl(databaseServerUrl, database);
    const [row] = await rowsOf<{ currency: string }>(url, 'SELECT currency FROM settings');
    if (row && asked && row.currency !== asked) {
      throw new PreparationFailed(
        `The amounts in the database "${database}" are in ${row.currency}, and CURRENCY is ${asked}.\n` +
          `Start with CURRENCY=${row.currency}, or with databases of its own for ${asked}: ` +
          '`npm start -- --fresh` empties those that npm start made.',
      );
    }
    found ??= row?.currency;
  }
  return found;
}

/** Fills the catalogue when it has never been filled; says whether it did. */
export async function seedIfEmpty(databaseServerUrl: string): Promise<boolean> {
  const url = databaseUrl(databaseServerUrl, 'inventory');
  if ((await rowsOf(url, 'SELECT 1 FROM products LIMIT 1')).length > 0) return false;
  await runOfApp('inventory-service', 'database/seed.js', url);
  return true;
}

async function rowsOf<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = await openSession(url, { name: 'prepare' });
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function runOfApp(name: AppName, file: string, url: string): Promise<void> {
  const program = appFile(name, file);
  const { DB_URL_FILE: _one, ...given } = process.env;
  const { code, output } = await runCommand(process.execPath, [program], {
    cwd: dirname(dirname(appFile(name, 'main.js'))),
    env: environmentFor(name, { ...given, DB_URL: url }),
  });
  if (code !== 0) throw new PreparationFailed(`${name}: ${file} failed:\n${output.trim()}`);
}
