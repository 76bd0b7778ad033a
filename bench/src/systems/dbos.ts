import { freePort } from '@backstitch/tools';
import { installedVersions, installPeer } from './install-peer.js';
import { readLedgers } from './ledgers.js';
import { makePeerDatabases, peerEnvironment } from './peer.js';
import type { Site } from './site.js';
import type { System } from './system.js';
import { startProcess } from './system-process.js';

/** The same checkout on DBOS Transact: one process, steps recorded in PostgreSQL, no broker. */
export async function startDbos(site: Site): Promise<System> {
  const { say } = site;
  const cwd = await installPeer({ name: 'dbos', beside: ['engine-participants'], say });
  const databases = await makePeerDatabases(site, 'dbos');
  const port = await freePort();
  const one = startProcess(site, {
    name: 'dbos',
    parameters: [...(site.nodeFlags?.(0, 'dbos') ?? []), 'server.mjs'],
    cwd,
    env: peerEnvironment(site, databases, port),
    logName: 'dbos',
  });
  const versions = installedVersions(cwd, ['@dbos-inc/dbos-sdk', 'fastify', 'pg']);
  return {
    name: 'dbos',
    description: `one process, no broker: ${versions}`,
    checkoutUrl: `http://127.0.0.1:${port}/api/checkout`,
    processes: { apps: [one] },
    usesBroker: false,
    ledgers: () => readLedgers(databases),
  };
}
