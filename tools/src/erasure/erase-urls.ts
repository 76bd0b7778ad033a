import { type DatabaseName, DATABASES } from '../apps/apps.js';
import { askedOfRunning, type Asked } from '../operate/asked-system.js';
import { databaseUrl } from '../servers/configured-servers.js';
import type { RunningSystem } from '../servers/running-systems.js';

export type AllUrls = Readonly<Record<DatabaseName, string>>;

const NAMING = 'DATABASE_SERVER_URL, or ORDERS_DB_URL, INVENTORY_DB_URL and so on';

/** Where each database is: named singly, else on the server that is named, else of what runs here. */
export function eraseUrls(
  env: NodeJS.ProcessEnv,
  systems: readonly RunningSystem[],
): Asked<AllUrls> {
  const server = env.DATABASE_SERVER_URL;
  const namedOf = (name: DatabaseName) =>
    env[`${name.toUpperCase()}_DB_URL`] || (server && databaseUrl(server, name));
  const urls = (urlOf: (name: DatabaseName) => string | undefined) =>
    Object.fromEntries(DATABASES.map((name) => [name, urlOf(name)])) as AllUrls;
  if (DATABASES.every(namedOf)) return { address: urls(namedOf), because: 'named by variables' };
  return askedOfRunning(
    systems,
    ({ databases }) => urls((name) => namedOf(name) || databases[name]),
    NAMING,
  );
}
