import type { SystemDatabases } from '@backstitch/tools';
import { checkouts, type Basket } from '../load/basket.js';
import { drive } from '../load/drive.js';
import { untilSettled } from '../systems/until-settled.js';
import type { System } from '../systems/system.js';

const AT_ONCE = 8;
const WITHIN_SECONDS = 120;
const SETTLED_WITHIN_MS = 120_000;

/** Finished sagas that the apps themselves write, for others to be made of. */
export async function sellTemplates(
  { checkoutUrl: url, tokens }: System,
  databases: SystemDatabases,
  sagas: number,
  { basket, signal }: { basket: Basket; signal: AbortSignal },
): Promise<void> {
  const next = checkouts(basket, tokens);
  const load = { url, inFlight: AT_ONCE, requests: sagas, next, signal };
  await drive({ ...load, seconds: WITHIN_SECONDS });
  await untilSettled(databases, SETTLED_WITHIN_MS, signal);
}
