import { fromMinor, type StockRefusal } from '@backstitch/shared-types';
import type { Reservation, Refusal } from './reservation.js';
import type { Product, StockLevels } from './stock-levels.js';

/** What an order asks of one product; without a claimed price its price is not checked. */
export interface Demand {
  productId: string;
  quantity: number;
  claimedPriceMinor?: number;
}

/**
 * The decisions about one reservation. Each takes the reservation as its row stands, moves stock
 * when it must, and answers the reservation as its row shall be. The same object means: no change.
 */

/** A new reservation takes every line or none; it keeps the reason of a business rejection. */
export function reserve(
  reservation: Reservation,
  demand: readonly Demand[],
  levels: StockLevels,
  digits: number,
): Reservation {
  const lines = summed(demand);
  const refusal = refusalOf(lines, levels, digits);
  if (refusal) return { ...reservation, status: 'REJECTED', lines: [], refusal };
  levels.take(lines);
  return {
    ...reservation,
    lines: lines.map(({ productId, quantity }) => {
      const { priceMinor } = levels.find(productId)!;
      return { productId, quantity, priceMinor };
    }),
  };
}

/** Reserved and sold stock goes back, without what is back; an expired reservation's stock is back before. */
export function release(reservation: Reservation, levels: StockLevels): Reservation {
  if (reservation.status === 'RELEASED' || reservation.status === 'REJECTED') return reservation;
  if (reservation.status !== 'EXPIRED') levels.putBack(soldRest(reservation));
  return { ...reservation, status: 'RELEASED' };
}

/** The reservation becomes a sale. An expired one takes its lines again, or keeps why it cannot. */
export function commit(reservation: Reservation, levels: StockLevels): Reservation {
  if (reservation.status === 'ACTIVE') return { ...reservation, status: 'CONSUMED' };
  return takenAgain(reservation, 'CONSUMED', levels);
}

/**
 * The reservation lasts longer. An expired one takes its lines again, or keeps why it cannot; one that was undone
 * stays so.
 */
export function extend(reservation: Reservation, until: string, levels: StockLevels): Reservation {
  const { status, expiresAt } = reservation;
  const lasting = until > expiresAt ? { ...reservation, expiresAt: until } : reservation;
  if (status === 'ACTIVE') return lasting;
  if (status !== 'EXPIRED') return reservation;
  const taken = takenAgain(reservation, 'ACTIVE', levels);
  return taken.status === 'ACTIVE' ? { ...taken, expiresAt: lasting.expiresAt } : taken;
}

/** An expired reservation takes its lines again; it keeps why it cannot, and then never can. */
function takenAgain(
  reservation: Reservation,
  status: 'ACTIVE' | 'CONSUMED',
  levels: StockLevels,
): Reservation {
  if (reservation.status !== 'EXPIRED' || reservation.refusal) return reservation;
  const short = shortages(reservation.lines, levels);
  if (short.length > 0) {
    const message = `The reservation expired and its stock was sold: ${inWords(short)}`;
    return { ...reservation, refusal: { code: 'RESERVATION_EXPIRED', message, details: short } };
  }
  levels.take(reservation.lines);
  return { ...reservation, status };
}

/** Only a reservation that is still ACTIVE expires. */
export function expire(reservation: Reservation, levels: StockLevels): Reservation {
  if (reservation.status !== 'ACTIVE') return reservation;
  levels.putBack(reservation.lines);
  return { ...reservation, status: 'EXPIRED' };
}

/** What is not back of a sale. */
function soldRest({ lines }: Reservation): { productId: string; quantity: number }[] {
  return lines
    .map(({ productId, quantity, back = 0 }) => ({ productId, quantity: quantity - back }))
    .filter(({ quantity }) => quantity > 0);
}

/** One line a product, in product order. Of several claimed prices one that is wrong is kept. */
function summed(demand: readonly Demand[]): (Demand & { claims: number[] })[] {
  const byProduct = new Map<string, Demand & { claims: number[] }>();
  for (const { productId, quantity, claimedPriceMinor } of demand) {
    const line = byProduct.get(productId) ?? { productId, quantity: 0, claims: [] };
    line.quantity += quantity;
    if (claimedPriceMinor !== undefined) line.claims.push(claimedPriceMinor);
    byProduct.set(productId, line);
  }
  return [...byProduct.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

function refusalOf(
  lines: readonly { productId: string; quantity: number; claims: readonly number[] }[],
  levels: StockLevels,
  digits: number,
): Refusal | undefined {
  const missing = lines.filter(({ productId }) => !isForSale(levels.find(productId)));
  if (missing.length > 0) {
    const details = missing.map(({ productId }) => ({ productId }));
    const message = `There is no product ${details.map((each) => each.productId).join(', ')}`;
    return { code: 'PRODUCT_NOT_FOUND', message, details };
  }
  const withdrawn = lines.flatMap(({ productId }) => withdrawnProduct(levels.find(productId)!));
  if (withdrawn.length > 0) {
    const message = withdrawn.map((each) => `${each.name} cannot be bought now`).join('; ');
    return { code: 'PRODUCT_NOT_FOUND', message, details: withdrawn };
  }
  const repriced = lines.flatMap(({ productId, claims }) => {
    const product = levels.find(productId)!;
    const claim = claims.find((claimed) => claimed !== product.priceMinor);
    return claim === undefined ? [] : [priceChange(product, claim, digits)];
  });
  if (repriced.length > 0) {
    const message = repriced
      .map((each) => `${each.name} costs ${each.cataloguePrice}, not ${each.claimedPrice}`)
      .join('; ');
    return { code: 'PRICE_CHANGED', message, details: repriced };
  }
  const short = shortages(lines, levels);
  if (short.length === 0) return undefined;
  return { code: 'INSUFFICIENT_STOCK', message: inWords(short), details: short };
}

/** A product from before prices were checked may have none: it is not listed and not sold. */
function isForSale(product: Product | undefined): boolean {
  return product !== undefined && product.priceMinor >= 1;
}

/**
 * The definitions of running sagas declare PRODUCT_NOT_FOUND. A code of its own would be a fault for
 * them, so the details say that the product exists (ADR 16).
 */
function withdrawnProduct({ id: productId, name, isOffered }: Product): StockRefusal[] {
  return isOffered ? [] : [{ productId, name, unavailable: true }];
}

function priceChange(product: Product, claimedMinor: number, digits: number): StockRefusal {
  return {
    productId: product.id,
    name: product.name,
    claimedPrice: fromMinor(claimedMinor, digits),
    cataloguePrice: fromMinor(product.priceMinor, digits),
  };
}

function shortages(
  lines: readonly { productId: string; quantity: number }[],
  levels: StockLevels,
): StockRefusal[] {
  return lines.flatMap(({ productId, quantity }) => {
    const product = levels.find(productId);
    const available = product?.available ?? 0;
    if (available >= quantity) return [];
    return [{ productId, name: product?.name ?? productId, available, requested: quantity }];
  });
}

function inWords(short: readonly StockRefusal[]): string {
  return short
    .map((each) => `${each.name}: ${each.available} available, ${each.requested} requested`)
    .join('; ');
}
