import { startBackstitch } from './backstitch.js';
import { untilItSells } from './readiness.js';
import type { Site } from './site.js';
import type { System, SystemName } from './system.js';
import { startTextbook } from './textbook.js';

const STARTS: Record<SystemName, (site: Site) => Promise<System>> = {
  backstitch: startBackstitch,
  textbook: startTextbook,
};

/** Starts a system; resolves when it has sold something. */
export async function startSystem(name: SystemName, site: Site): Promise<System> {
  site.say(`${name}: starting`);
  const system = await STARTS[name](site);
  await untilItSells(system, site.basket, site.stop.signal);
  site.say(`${name}: sells at ${system.checkoutUrl}`);
  return system;
}
