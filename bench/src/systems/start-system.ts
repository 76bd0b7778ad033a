import type { SystemDatabases } from '@backstitch/tools';
import { type Backstitch, startBackstitch, startBackstitchApps } from './backstitch.js';
import { startDbos } from './dbos.js';
import { untilItSells } from './readiness.js';
import { startRestate } from './restate.js';
import type { Site } from './site.js';
import type { System, SystemName } from './system.js';
import { startTextbook } from './textbook.js';

const STARTS: Record<SystemName, (site: Site) => Promise<System>> = {
  backstitch: startBackstitch,
  textbook: startTextbook,
  dbos: startDbos,
  restate: startRestate,
};

/** Starts a system; resolves when it has sold something. */
export async function startSystem<Started extends System>(
  name: SystemName,
  site: Site,
  start: (site: Site) => Promise<Started> = STARTS[name] as (site: Site) => Promise<Started>,
): Promise<Started> {
  const called = [name, site.variant].filter(Boolean).join(' ');
  site.say(`${called}: starting`);
  const system = await start(site);
  await untilItSells(system, site.stop.signal);
  site.say(`${called}: ready at ${system.checkoutUrl}`);
  return system;
}

/** Starts Backstitch on databases that are there. */
export function startOn(databases: SystemDatabases, site: Site): Promise<Backstitch> {
  return startSystem('backstitch', site, () => startBackstitchApps(site, databases));
}
