import { waitFor } from '@backstitch/launcher';
import { type Checkout, checkouts, type Basket } from '../load/basket.js';
import { headersOf } from '../load/shop.js';
import { CannotMeasure } from '../errors.js';
import type { System } from './system.js';

/** Whatever the catalogue, it has a first product. */
const ONE: Basket = { products: 1, lines: 1 };
const READY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 200;
const ANSWER_WITHIN_MS = 15_000;

/** Resolves when a real checkout succeeds: the one kind of readiness that every system has. */
export async function untilItSells(
  { name, checkoutUrl, processes, tokens }: System,
  signal: AbortSignal,
): Promise<void> {
  const next = checkouts(ONE, tokens);
  const sells = async () => {
    const answer = await buyOnce(checkoutUrl, next());
    if (answer !== undefined) throw new Error(answer);
    return true;
  };
  const patience = { timeoutMs: READY_WITHIN_MS, everyMs: ASK_EVERY_MS, signal };
  await waitFor(`${name} to sell`, sells, patience).catch((error: Error) => {
    signal.throwIfAborted();
    const logs = Object.values(processes).flat();
    throw new CannotMeasure([error.message, ...logs.map((one) => one.logTail(5))].join('\n'));
  });
}

/** Undefined when the checkout succeeded, else what came instead. */
async function buyOnce(url: string, checkout: Checkout): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: headersOf(checkout),
      body: checkout.body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    return response.status === 200 ? undefined : `${response.status} ${text.slice(0, 500)}`;
  } catch (error) {
    return String(error instanceof Error ? (error.cause ?? error) : error);
  }
}
