import { type Disposition, Fault, timeOfUuid } from '@backstitch/shared-types';
import type { Reservation } from './reservation.js';
import type { StockLevels } from './stock-levels.js';

/** Goods of an order that come back, under an id of their own. */
export interface StockReturn {
  returnId: string;
  orderId: string;
  sagaId: string | undefined;
  /** One line a product, in product order. */
  lines: readonly ReturnedLine[];
  disposition: Disposition;
}

interface ReturnedLine {
  productId: string;
  quantity: number;
}

/** What a return writes. */
export interface Returned {
  /** Lines of the reservation of which so many are back; empty for an archived one. */
  items: readonly ReturnedLine[];
  /** Rows of the ledger. */
  ledger: readonly { productId: string; change: number; kind: 'SOLD' | 'WRITE_OFF' }[];
}

const DAY_MS = 86_400_000;

/** One line a product, in product order. */
export function summedLines(lines: readonly ReturnedLine[]): ReturnedLine[] {
  const byProduct = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    byProduct.set(productId, (byProduct.get(productId) ?? 0) + quantity);
  }
  const summed = [...byProduct].map(([productId, quantity]) => ({ productId, quantity }));
  return summed.sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/**
 * What a return does to a reservation that was sold, or to one that is archived (undefined): its sale is in the
 * ledger, and only the command tells its lines. The status of a reservation never changes by it: a late repeat of the
 * commit is answered as the first one. Throws Fault, and then nothing is moved. Pure but for `levels`.
 */
export function giveBack(
  { orderId, lines, disposition }: StockReturn,
  reservation: Reservation | undefined,
  levels: StockLevels,
): Returned {
  if (reservation) checkSale(reservation, lines);
  const unknown = lines.find(({ productId }) => !levels.find(productId));
  if (unknown) {
    const message = `There is no product ${unknown.productId} of order ${orderId}`;
    throw new Fault('PRODUCT_NOT_FOUND', message, false);
  }
  if (disposition === 'RESTOCK') levels.putBack(lines);
  const isWrittenOff = disposition === 'WRITE_OFF';
  return {
    items: reservation ? lines : [],
    ledger: lines.flatMap(({ productId, quantity }) => [
      ...(reservation ? [] : [{ productId, change: quantity, kind: 'SOLD' } as const]),
      ...(isWrittenOff ? [{ productId, change: -quantity, kind: 'WRITE_OFF' } as const] : []),
    ]),
  };
}

/** Whether an order without a reservation may have had one that is archived. Pure. */
export function mayBeArchived(orderId: string, keptDays: number, nowMs: number): boolean {
  const madeMs = timeOfUuid(orderId);
  return madeMs === undefined || madeMs < nowMs - keptDays * DAY_MS;
}

function checkSale({ orderId, status, lines: sold }: Reservation, lines: readonly ReturnedLine[]) {
  if (status !== 'CONSUMED') {
    const message = `The stock of order ${orderId} is ${status}: it was not sold`;
    throw new Fault('STOCK_NOT_SOLD', message, false);
  }
  for (const { productId, quantity } of lines) {
    const line = sold.find((each) => each.productId === productId);
    const left = line ? line.quantity - (line.back ?? 0) : 0;
    if (quantity <= left) continue;
    const message = `Order ${orderId}: ${quantity} of product ${productId} come back, ${left} are left`;
    throw new Fault('RETURN_EXCEEDS_SALE', message, false);
  }
}
