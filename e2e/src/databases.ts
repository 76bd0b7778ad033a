import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { appFolder, type DatabaseName, ownerOf, runAppCommand } from '@backstitch/tools';
import pg from 'pg';

export interface SystemDatabase extends TestDatabase {
  pool: pg.Pool;
}

/** A database of one's own with the app's schema, and the demo data where it is the inventory. */
export async function systemDatabase(
  name: DatabaseName,
  serverUrl?: string,
  CURRENCY = 'USD',
): Promise<SystemDatabase> {
  const { name: app } = ownerOf(name);
  const isSeeded = name === 'inventory';
  const run = (command: 'migrate' | 'seed', url: string) =>
    runAppCommand(app, command, { ...process.env, DB_URL: url, CURRENCY });
  const [migrations, programs] = ['migrations', 'dist/database'].map((folder) => {
    return join(appFolder(app), folder);
  }) as [string, string];
  const database = await testDatabase({
    name: isSeeded ? `${name}_${CURRENCY.toLowerCase()}` : name,
    ...(serverUrl !== undefined && { serverUrl }),
    migrate: async (url) => {
      await run('migrate', url);
      if (isSeeded) await run('seed', url);
    },
    migrations: isSeeded ? [migrations, programs] : migrations,
  });
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  return { ...database, pool };
}
