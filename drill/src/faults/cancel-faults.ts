import { setTimeout as pause } from 'node:timers/promises';
import type { Site } from '../site/site.js';
import { type Cancellable, cancelOrders } from './cancels.js';
import type { Fault } from './fault.js';

const STORM_MS = 6_000;
const EVERY_MS = 200;
const AT_ONCE = { orders: 2, times: 20 };

function storm(name: string, title: string, status: Cancellable): Fault {
  return {
    name,
    title,
    async inject(site) {
      const inFlight = await stormOf(site, status);
      return {
        what: `${inFlight} cancellations were accepted, or answered by one before`,
        inFlight,
      };
    },
  };
}

async function stormOf(site: Site, status: Cancellable): Promise<number> {
  const untilMs = performance.now() + STORM_MS;
  let accepted = 0;
  while (performance.now() < untilMs && !site.stopping.aborted) {
    accepted += await cancelOrders(site, status, AT_ONCE);
    await pause(EVERY_MS);
  }
  return accepted;
}

export const CANCEL_FAULTS: readonly Fault[] = [
  storm(
    'cancel-storm',
    'orders are cancelled just after they were confirmed, 20 times each',
    'DONE',
  ),
  storm(
    'cancel-during-checkout',
    'orders are cancelled during their checkout, 20 times',
    'RUNNING',
  ),
];
