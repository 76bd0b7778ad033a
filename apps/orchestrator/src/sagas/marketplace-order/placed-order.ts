import { createHash } from 'node:crypto';
import type { CheckoutInput } from '../checkout/checkout.js';

/** What the saga of a marketplace order works on, as its row keeps it. */
export interface PlacedInput extends CheckoutInput {
  /** The customer, as Caller.id. */
  caller: string;
  /** Who sells all of it, as Caller.id. */
  sellerId: string;
}

/** The saga of an order: its id follows from that of the order, so that signals find it. */
export function placementIdOf(orderId: string): string {
  const hash = createHash('sha256').update(`marketplace-order:${orderId.toLowerCase()}`);
  const hex = hash.digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** The people of an order, read from the stored input; undefined when it has none. */
export function peopleOf(input: unknown): { customer: string; seller: string } | undefined {
  const { caller, sellerId } = (input ?? {}) as { caller?: unknown; sellerId?: unknown };
  if (typeof caller !== 'string' || typeof sellerId !== 'string') return undefined;
  return { customer: caller, seller: sellerId };
}

/** Until when inventory-service keeps the goods, of its answer. */
export function expiryOf(response: unknown): string {
  const { expiresAt } = response as { expiresAt: string };
  if (!Number.isFinite(Date.parse(expiresAt))) throw new Error('expiresAt is no time');
  return expiresAt;
}

/** What a signal of a person carries. */
export interface SignalData {
  /** As Caller.id. */
  actor?: string;
  /** Of fulfil: how the goods can be followed. */
  tracking?: string;
}

/** Of the data of a signal, what the row keeps. */
export function takeActor(data: unknown): SignalData {
  const { actor, tracking } = (data ?? {}) as { actor?: unknown; tracking?: unknown };
  return {
    ...(typeof actor === 'string' && { actor }),
    ...(typeof tracking === 'string' && { tracking }),
  };
}

export function actorOf(taken: unknown): Pick<SignalData, 'actor'> {
  const { actor } = takeActor(taken);
  return actor === undefined ? {} : { actor };
}

/** The last of the seller's signals is the one that handed the goods over. */
export function fulfilmentOf(kept: Readonly<Record<string, unknown>>): SignalData {
  const last = ['SELLER_HANDS_OVER', 'SELLER_READIES', 'SELLER_STARTS'].find(
    (name) => kept[name] !== undefined,
  );
  return last === undefined ? {} : takeActor(kept[last]);
}
