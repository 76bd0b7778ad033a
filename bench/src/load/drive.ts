import type { Checkout } from './basket.js';
import { type LoadOutcome, Shop } from './shop.js';

export interface Load {
  /** Takes POSTed checkouts. */
  url: string;
  /** Requests kept in flight, each on a connection of its own. */
  inFlight: number;
  seconds: number;
  /** Ends the load after so many requests, if it has not ended before. */
  requests?: number;
  next: () => Checkout;
  /** Ends the load early; what is in flight is still awaited. */
  signal: AbortSignal;
}

/** Buys, so many at a time, for so long; every buyer asks again as soon as it has its answer. */
export async function drive(load: Load): Promise<LoadOutcome> {
  const { url, inFlight, seconds, requests = Number.POSITIVE_INFINITY, next, signal } = load;
  const shop = new Shop(url, inFlight);
  const endMs = performance.now() + seconds * 1000;
  let sent = 0;
  const buyer = async () => {
    while (performance.now() < endMs && !signal.aborted && sent < requests) {
      sent += 1;
      await shop.buy(next());
    }
  };
  await Promise.all(Array.from({ length: inFlight }, buyer));
  return shop.close();
}
