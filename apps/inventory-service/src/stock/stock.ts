import { fromMinor, type StockRefusal } from '@backstitch/shared-types';
import type { Hold, Refusal } from './hold.js';
import type { Product, Shelf } from './shelf.js';

/** What an order asks of one product; without a claimed price its price is not checked. */
export interface Demand {
  productId: string;
  quantity: number;
  claimedPriceMinor?: number;
}

/**
 * The decisions about one hold. Each takes the hold as its row stands, moves stock on the shelf when
 * it must, and answers the hold as its row shall stand; the same hold means: change nothing.
 */

/** A new hold takes every line or none; the reason of a no is kept on it. */
export function reserve(hold: Hold, demand: readonly Demand[], shelf: Shelf, digits: number): Hold {
  const lines = summed(demand);
  const refusal = refusalOf(lines, shelf, digits);
  if (refusal) return { ...hold, status: 'REJECTED', lines: [], refusal };
  shelf.take(lines);
  return {
    ...hold,
    lines: lines.map(({ productId, quantity }) => {
      const { priceMinor } = shelf.find(productId)!;
      return { productId, quantity, priceMinor };
    }),
  };
}

/** Held and sold stock goes back; an expired hold's stock went back before. */
export function release(hold: Hold, shelf: Shelf): Hold {
  if (hold.status === 'RELEASED' || hold.status === 'REJECTED') return hold;
  if (hold.status !== 'EXPIRED') shelf.putBack(hold.lines);
  return { ...hold, status: 'RELEASED' };
}

/** The hold becomes a sale. One that ran out takes its lines again, or remembers that it cannot. */
export function commit(hold: Hold, shelf: Shelf): Hold {
  if (hold.status === 'ACTIVE') return { ...hold, status: 'CONSUMED' };
  if (hold.status !== 'EXPIRED' || hold.refusal) return hold;
  const short = shortages(hold.lines, shelf);
  if (short.length > 0) {
    const message = `The reservation ran out and its stock was sold: ${inWords(short)}`;
    return { ...hold, refusal: { code: 'RESERVATION_EXPIRED', message, details: short } };
  }
  shelf.take(hold.lines);
  return { ...hold, status: 'CONSUMED' };
}

/** Only a hold that is still ACTIVE runs out. */
export function expire(hold: Hold, shelf: Shelf): Hold {
  if (hold.status !== 'ACTIVE') return hold;
  shelf.putBack(hold.lines);
  return { ...hold, status: 'EXPIRED' };
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
  shelf: Shelf,
  digits: number,
): Refusal | undefined {
  const missing = lines.filter(({ productId }) => !isForSale(shelf.find(productId)));
  if (missing.length > 0) {
    const details = missing.map(({ productId }) => ({ productId }));
    const message = `There is no product ${details.map((each) => each.productId).join(', ')}`;
    return { code: 'PRODUCT_NOT_FOUND', message, details };
  }
  const repriced = lines.flatMap(({ productId, claims }) => {
    const product = shelf.find(productId)!;
    const claim = claims.find((claimed) => claimed !== product.priceMinor);
    return claim === undefined ? [] : [priceChange(product, claim, digits)];
  });
  if (repriced.length > 0) {
    const message = repriced
      .map((each) => `${each.name} costs ${each.cataloguePrice}, not ${each.claimedPrice}`)
      .join('; ');
    return { code: 'PRICE_CHANGED', message, details: repriced };
  }
  const short = shortages(lines, shelf);
  if (short.length === 0) return undefined;
  return { code: 'INSUFFICIENT_STOCK', message: inWords(short), details: short };
}

/** A product from before prices were checked may have none: it is not listed and not sold. */
function isForSale(product: Product | undefined): boolean {
  return product !== undefined && product.priceMinor >= 1;
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
  shelf: Shelf,
): StockRefusal[] {
  return lines.flatMap(({ productId, quantity }) => {
    const product = shelf.find(productId);
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
