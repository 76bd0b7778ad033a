import {
  Fault,
  fromMinor,
  Rejection,
  type InventoryReserved,
  type ReservationStatus,
  type StockRefusal,
  type Success,
} from '@backstitch/shared-types';

/** A product that a hold took from the shelf, and what one unit cost at that moment. */
export interface HeldLine {
  productId: string;
  quantity: number;
  priceMinor: number;
}

/** A business no as it is remembered in the hold's row. */
export interface Refusal {
  code: string;
  message: string;
  details: StockRefusal[];
}

/** One order's row in reservations, with its lines where a decision needs them. */
export interface Hold {
  orderId: string;
  sagaId: string | null;
  status: ReservationStatus;
  expiresAt: string;
  lines: readonly HeldLine[];
  refusal: Refusal | null;
}

export type HoldCommandKind = 'reserve' | 'release' | 'commit';
export type StockAnswer = InventoryReserved | Success | Rejection;

/**
 * The answer to a command, read from the hold as it stands: so a repeat gets the first answer, and
 * a command that comes too late or out of turn is told the present state.
 */
export function answerTo(kind: HoldCommandKind, hold: Hold, digits: number): StockAnswer {
  if (kind === 'release') return { success: true };
  if (hold.status === 'REJECTED') return rejection(hold);
  if (hold.status === 'RELEASED') {
    return new Rejection('RESERVATION_RELEASED', 'The reservation was undone');
  }
  if (kind === 'reserve') return reserved(hold, digits);
  return hold.status === 'CONSUMED' ? { success: true } : rejection(hold);
}

/** The fault that keeps a saga from another saga's hold; a hold or command without one is anyone's. */
export function strangerTo(hold: Hold, sagaId: string | undefined): Fault | undefined {
  if (!sagaId || !hold.sagaId || sagaId === hold.sagaId) return undefined;
  const message = `The reservation of order ${hold.orderId} belongs to saga ${hold.sagaId}`;
  return new Fault('WRONG_SAGA', message, false);
}

/**
 * The fault that keeps a hold from a release that is not its saga's: what a saga holds, has sold, or
 * may take again, it gives back itself. Where nothing is left to give back there is nothing to refuse.
 */
export function releaseFault(hold: Hold, sagaId: string | undefined): Fault | undefined {
  const { orderId, status } = hold;
  const isOver = status === 'RELEASED' || status === 'REJECTED';
  if (sagaId || !hold.sagaId || isOver) return strangerTo(hold, sagaId);
  const message = `The stock of order ${orderId} is released by saga ${hold.sagaId} only`;
  return new Fault(status === 'CONSUMED' ? 'ORDER_CONFIRMED' : 'WRONG_SAGA', message, false);
}

function rejection({ orderId, status, refusal }: Hold): Rejection {
  if (!refusal) throw new Error(`the ${status} hold of order ${orderId} keeps no refusal`);
  return new Rejection(refusal.code, refusal.message, refusal.details);
}

function reserved(hold: Hold, digits: number): InventoryReserved {
  return {
    orderId: hold.orderId,
    status: 'ACTIVE',
    expiresAt: hold.expiresAt,
    items: hold.lines.map(({ productId, quantity, priceMinor }) => ({
      productId,
      quantity,
      price: fromMinor(priceMinor, digits),
    })),
  };
}
