import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import pg from 'pg';
import { type AppName, appFile, PROJECT } from './app-process.js';

const run = promisify(execFile);

/** Which app owns which database. */
export const DATABASES = {
  orders: 'order-service',
  inventory: 'inventory-service',
  payments: 'payment-service',
  orchestrator: 'orchestrator',
} as const satisfies Record<string, AppName>;
export type DatabaseName = keyof typeof DATABASES;

export interface SystemDatabase extends TestDatabase {
  pool: pg.Pool;
}

/** Runs an app's own database command (`migrate`, `seed`) against a database. */
async function databaseCommand(
  app: AppName,
  command: string,
  url: string,
  currency: string,
): Promise<string> {
  const env = { ...process.env, DB_URL: url, CURRENCY: currency };
  const file = appFile(app, `database/${command}.js`);
  return (await run(process.execPath, [file], { env })).stdout;
}

/** A database of one's own with the app's schema, and the demo data where it is the inventory. */
export async function systemDatabase(
  name: DatabaseName,
  serverUrl?: string,
  currency = 'USD',
): Promise<SystemDatabase> {
  const app = DATABASES[name];
  const database = await testDatabase({
    name,
    ...(serverUrl !== undefined && { serverUrl }),
    migrate: async (url) => {
      await databaseCommand(app, 'migrate', url, currency);
    },
    migrations: `${PROJECT}apps/${app}/migrations`,
  });
  if (app === 'inventory-service') await databaseCommand(app, 'seed', database.url, currency);
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  return { ...database, pool };
}
