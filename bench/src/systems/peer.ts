import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAGA_DATABASES, SystemDatabases } from '@backstitch/tools';
import { PEERS } from '../servers/bench-folder.js';
import type { Site } from './site.js';

/** Databases of a peer: the tables that every peer works on, with the site's catalogue. */
export async function makePeerDatabases(site: Site, peer: string): Promise<SystemDatabases> {
  const { servers, cleanup, products } = site;
  const databases = new SystemDatabases(servers.databaseServerUrl, { prefix: `bench_${peer}_` });
  cleanup.add(`the databases of ${peer}`, () => databases.drop());
  await databases.recreate();
  const schema = readFileSync(join(PEERS, 'textbook', 'schema.sql'), 'utf8').replace(
    'generate_series(1, 1000)',
    `generate_series(1, ${products})`,
  );
  for (const name of SAGA_DATABASES) await databases.rows(name, schema);
  return databases;
}

/** What every process of a peer is told. */
export function peerEnvironment(
  { env, servers }: Site,
  databases: SystemDatabases,
  port: number,
): NodeJS.ProcessEnv {
  return {
    ...env,
    NODE_ENV: 'production',
    PORT: String(port),
    PG_BASE: servers.databaseServerUrl,
    DB_PREFIX: databases.prefix,
  };
}
