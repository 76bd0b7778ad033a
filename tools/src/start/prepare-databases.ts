import { dirname } from 'node:path';
import { openSession } from '@backstitch/database';
import { databaseUrl } from '../servers/configured-servers.js';
import { runCommand } from '../servers/run-command.js';
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

/** Fills the catalogue when it has never been filled; says whether it did. */
export async function seedIfEmpty(databaseServerUrl: string): Promise<boolean> {
  const url = databaseUrl(databaseServerUrl, 'inventory');
  if (await hasProducts(url)) return false;
  await runOfApp('inventory-service', 'database/seed.js', url);
  return true;
}

async function hasProducts(url: string): Promise<boolean> {
  const client = await openSession(url, { name: 'prepare' });
  try {
    return ((await client.query('SELECT 1 FROM products LIMIT 1')).rowCount ?? 0) > 0;
  } finally {
    await client.end();
  }
}

async function runOfApp(name: AppName, file: string, url: string): Promise<void> {
  const program = appFile(name, file);
  const { code, output } = await runCommand(process.execPath, [program], {
    cwd: dirname(dirname(appFile(name, 'main.js'))),
    env: { ...process.env, DB_URL: url },
  });
  if (code !== 0) throw new PreparationFailed(`${name}: ${file} failed:\n${output.trim()}`);
}
