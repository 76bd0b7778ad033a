import {
  Fault,
  fromMinor,
  Rejection,
  type InventoryExtended,
  type InventoryReserved,
  type ReservationStatus,
  type StockRefusal,
  type Success,
} from '@backstitch/shared-types';

/** A product that a reservation took from the stock, and what one unit cost at that moment. */
export interface ReservedLine {
  productId: string;
  quantity: number;
  priceMinor: number;
  /** How many came back after they were sold, into the stock or written off [0]. */
  back?: number;
}

/** A business rejection as the reservation's row keeps it. */
export interface Refusal {
  code: string;
  message: string;
  details: StockRefusal[];
}

/** One order's row in reservations, with its lines where a decision needs them. */
export interface Reservation {
  orderId: string;
  sagaId: string | null;
  status: ReservationStatus;
  expiresAt: string;
  lines: readonly ReservedLine[];
  refusal: Refusal | null;
}

export type StockCommandKind = 'reserve' | 'release' | 'commit' | 'extend';
export type StockAnswer = InventoryReserved | InventoryExtended | Success | Rejection;

/**
 * The answer to a command, read from the reservation as it stands: so a repeat gets the first
 * answer, and a late or unexpected command gets the present state.
 */
export function answerTo(
  kind: StockCommandKind,
  reservation: Reservation,
  digits: number,
): StockAnswer {
  if (kind === 'release') return { success: true };
  if (reservation.status === 'REJECTED') return rejection(reservation);
  if (reservation.status === 'RELEASED') {
    return new Rejection('RESERVATION_RELEASED', 'The reservation was undone');
  }
  if (kind === 'reserve') return reserved(reservation, digits);
  if (kind === 'extend') return extended(reservation);
  return reservation.status === 'CONSUMED' ? { success: true } : rejection(reservation);
}

/**
 * The fault that keeps a saga from another saga's reservation; a reservation or command without one
 * is anyone's.
 */
export function sagaMismatch(
  reservation: Reservation,
  sagaId: string | undefined,
): Fault | undefined {
  if (!sagaId || !reservation.sagaId || sagaId === reservation.sagaId) return undefined;
  const message = `The reservation of order ${reservation.orderId} belongs to saga ${reservation.sagaId}`;
  return new Fault('WRONG_SAGA', message, false);
}

/**
 * The fault for a release by another saga than the one of the reservation. Stock that a saga has
 * reserved or sold, or may reserve again, is released by that saga only. When nothing is left to
 * release, nothing is refused.
 */
export function releaseFault(
  reservation: Reservation,
  sagaId: string | undefined,
): Fault | undefined {
  const { orderId, status } = reservation;
  const isOver = status === 'RELEASED' || status === 'REJECTED';
  if (sagaId || !reservation.sagaId || isOver) return sagaMismatch(reservation, sagaId);
  const message = `The stock of order ${orderId} is released by saga ${reservation.sagaId} only`;
  return new Fault(status === 'CONSUMED' ? 'ORDER_CONFIRMED' : 'WRONG_SAGA', message, false);
}

function rejection({ orderId, status, refusal }: Reservation): Rejection {
  if (!refusal) throw new Error(`the ${status} reservation of order ${orderId} keeps no refusal`);
  return new Rejection(refusal.code, refusal.message, refusal.details);
}

function extended(reservation: Reservation): InventoryExtended | Rejection {
  const { orderId, status, expiresAt } = reservation;
  if (status === 'ACTIVE' || status === 'CONSUMED') return { orderId, status, expiresAt };
  return rejection(reservation);
}

function reserved(reservation: Reservation, digits: number): InventoryReserved {
  return {
    orderId: reservation.orderId,
    status: 'ACTIVE',
    expiresAt: reservation.expiresAt,
    items: reservation.lines.map(({ productId, quantity, priceMinor }) => ({
      productId,
      quantity,
      price: fromMinor(priceMinor, digits),
    })),
  };
}
