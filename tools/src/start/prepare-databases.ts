import { openSession } from '@backstitch/database';
import { runAppCommand } from '../apps/app-commands.js';
import { type AppName, DATABASE_OWNERS, SAGA_DATABASES } from '../apps/apps.js';
import { databaseUrl } from '../servers/configured-servers.js';
import { environmentFor } from './app-variables.js';

/** The databases keep their amounts in another currency than the one that was asked for. */
export class WrongCurrency extends Error {}

/** Brings the databases to the current schema (making them if need be), each by its own app. */
export async function migrateDatabases(
  databaseServerUrl: string,
  say: (line: string) => void,
): Promise<void> {
  await Promise.all(
    DATABASE_OWNERS.map(async ({ name, database }) => {
      const url = databaseUrl(databaseServerUrl, database);
      await runAppCommand(name, 'migrate', environmentOf(name, url));
      say(`database "${database}" is at the current schema`);
    }),
  );
}

/**
 * In which currency the databases keep their amounts. Throws WrongCurrency when one of them has
 * another than the one that was asked for, if one was; undefined when none has any yet.
 */
export async function storedCurrency(
  databaseServerUrl: string,
  asked: string | undefined,
): Promise<string | undefined> {
  let found: string | undefined;
  for (const database of SAGA_DATABASES) {
    const url = databaseUrl(databaseServerUrl, database);
    const [row] = await rowsOf<{ currency: string }>(url, 'SELECT currency FROM settings');
    if (row && asked && row.currency !== asked) {
      throw new WrongCurrency(
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
  await runAppCommand('inventory-service', 'seed', environmentOf('inventory-service', url));
  return true;
}

/** Brings the demo accounts to what the documents say: whoever reads them can log in. */
export async function restoreDemoAccounts(databaseServerUrl: string): Promise<void> {
  const url = databaseUrl(databaseServerUrl, 'identity');
  await runAppCommand('identity-service', 'seed', environmentOf('identity-service', url));
}

/** Of the variables given to the command those that the app reads, with this database. */
function environmentOf(name: AppName, url: string): NodeJS.ProcessEnv & { DB_URL: string } {
  const { DB_URL_FILE: _file, ...given } = process.env;
  return { ...environmentFor(name, given), DB_URL: url };
}

async function rowsOf<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = await openSession(url, { name: 'prepare' });
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
