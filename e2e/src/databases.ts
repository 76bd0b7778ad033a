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
  const database = await testDatabase({
    name,
    ...(serverUrl !== undefined && { serverUrl }),
    migrate: (url) => runAppCommand(app, 'migrate', { ...process.env, DB_URL: url, CURRENCY }),
    migrations: join(appFolder(app), 'migrations'),
  });
  if (name === 'inventory') {
    await runAppCommand(app, 'seed', { ...process.env, DB_URL: database.url, CURRENCY });
  }
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  return { ...database, pool };
}
