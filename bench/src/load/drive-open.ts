import { setTimeout as delay } from 'node:timers/promises';
import { arrivalsMs } from './arrivals.js';
import type { Checkout } from './basket.js';
import { type LoadOutcome, Shop } from './shop.js';

export interface OpenLoad {
  url: string;
  /** Buyers who come, whether or not others are still waiting. */
  perSecond: number;
  seconds: number;
  next: () => Checkout;
  signal: AbortSignal;
}

/** More than ever wait at a system that keeps up with its buyers. */
const CONNECTIONS = 1_024;
const LOOK_EVERY_MS = 1;

/** Buys at a rate. A buyer's latency counts from its arrival, also when it waited for a connection. */
export async function driveOpen(load: OpenLoad): Promise<LoadOutcome> {
  const shop = new Shop(load.url, CONNECTIONS);
  const startMs = performance.now();
  const waiting: Promise<void>[] = [];
  const arrivals = arrivalsMs(load.perSecond, load.seconds, Math.random);
  for (let next = 0; next < arrivals.length && !load.signal.aborted; ) {
    const nowMs = performance.now() - startMs;
    while (next < arrivals.length && (arrivals[next] as number) <= nowMs) {
      waiting.push(shop.buy(load.next(), startMs + (arrivals[next] as number)));
      next += 1;
    }
    await delay(LOOK_EVERY_MS);
  }
  await Promise.all(waiting);
  return shop.close();
}
