import { join } from 'node:path';
import { freePort } from '@backstitch/tools';
import { benchFolder } from '../servers/bench-folder.js';
import { SystemDatabases } from '../servers/databases.js';
import { BenchProcess } from './bench-process.js';
import { readBooks } from './books.js';
import { installPeer, installedVersions } from './install-peer.js';
import { makePeerTables } from './peer-tables.js';
import type { Site } from './site.js';
import type { System } from './system.js';

/** The same checkout on DBOS Transact: one process, steps recorded in PostgreSQL, no broker. */
export async function startDbos(site: Site): Promise<System> {
  const { servers, cleanup, say } = site;
  const home = await installPeer({ name: 'dbos', beside: ['engine-participants'], say });
  const databases = new SystemDatabases(servers.databaseServerUrl, 'bench_dbos_');
  cleanup.add("DBOS's databases", () => databases.drop());
  await databases.recreate();
  await makePeerTables(databases, site.products);
  const port = await freePort();
  const one = new BenchProcess({
    name: 'dbos',
    parameters: [...(site.nodeFlags?.(0, 'dbos') ?? []), 'server.mjs'],
    cwd: home,
    env: {
      ...site.env,
      NODE_ENV: 'production',
      PORT: String(port),
      PG_BASE: servers.databaseServerUrl,
      DB_PREFIX: databases.prefix,
    },
    logFile: join(benchFolder('logs'), 'dbos.log'),
    onDeath: (error) => site.stop.abort(error),
  });
  cleanup.add('dbos', () => one.end());
  const versions = installedVersions(home, ['@dbos-inc/dbos-sdk', 'fastify', 'pg']);
  return {
    name: 'dbos',
    description: `one process, no broker: ${versions}`,
    checkoutUrl: `http://127.0.0.1:${port}/api/checkout`,
    processes: { apps: [one] },
    usesBroker: false,
    books: () => readBooks(databases),
  };
}
