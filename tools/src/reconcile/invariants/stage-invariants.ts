import type {
  FinishedSaga,
  MovingSaga,
  OrderRow,
  PaymentRow,
  Reading,
  ReservationRow,
} from '../reading/rows.js';
import type { Breach } from './breach.js';

interface Beside {
  reservation?: ReservationRow | undefined;
  payment?: PaymentRow | undefined;
}

/** It was confirmed, and a saga of its own cancelled it later. */
export function isCancelledAfterDone({ status, cancellationId }: OrderRow): boolean {
  return status === 'CANCELLED' && cancellationId !== null;
}

/** Its money and its goods are on their way back. */
export function isBeingCancelled({ stage, status }: OrderRow): boolean {
  return stage === 'CANCELLING' && status === 'CONFIRMED';
}

const TOLD_WITHIN_S = 60;
const PAID: ReadonlySet<string> = new Set(['PAID', 'PREPARING', 'READY']);

/** Its money is kept, and its goods are reserved: they are sold when they are handed over. */
export function isPaidOfMarketplace({ kind, stage }: OrderRow): boolean {
  return kind === 'MARKETPLACE' && PAID.has(stage);
}

/** Invariants 11 and 14: what an order has beside it in the stages that are finer than its status. */
export function stageBreaches(reading: Reading): Breach[] {
  const { orders, reservations, payments, moving } = reading;
  const held = new Map(reservations.map((row) => [row.orderId, row]));
  const paid = new Map(payments.map((row) => [row.orderId, row]));
  const sagas = new Map(moving.map((saga) => [saga.sagaId, saga]));
  const ofOrders = orders.flatMap((order) => {
    const { orderId: id } = order;
    const beside = { reservation: held.get(id), payment: paid.get(id) };
    const cancelled = cancellationProblem(order, beside, sagas);
    const waiting = waitingProblem(order, beside, sagas);
    return [
      ...(cancelled === undefined ? [] : [{ invariant: 11, id, what: cancelled }]),
      ...(waiting === undefined ? [] : [{ invariant: 14, id, what: waiting }]),
    ];
  });
  return [...ofOrders, ...cancellationBreaches(reading)];
}

/** A cancellation is DONE if and only if its order was cancelled by it. */
function cancellationBreaches({ orders, finished }: Reading): Breach[] {
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const cancellations = finished.filter(({ definition }) => definition === 'cancellation');
  return cancellations.flatMap((saga) => {
    const what = endedProblem(saga, byId.get(saga.orderId));
    return what === undefined ? [] : [{ invariant: 11, id: saga.orderId, what }];
  });
}

function endedProblem({ sagaId, status }: FinishedSaga, order: OrderRow | undefined) {
  const isOfOrder = order?.cancellationId === sagaId;
  if (status !== 'DONE') return isOfOrder ? `its cancellation ${sagaId} was refused` : undefined;
  if (isOfOrder && order.status === 'CANCELLED') return undefined;
  return `its cancellation ${sagaId} is DONE, and it is ${order?.stage ?? 'missing'}`;
}

function cancellationProblem(
  order: OrderRow,
  { reservation, payment }: Beside,
  sagas: ReadonlyMap<string, MovingSaga>,
): string | undefined {
  const { settled, cancellationId, reservationMayBeGone } = order;
  if (!settled || cancellationId === null) return undefined;
  if (isBeingCancelled(order)) {
    return sagas.has(cancellationId)
      ? undefined
      : `CANCELLING, and no saga ${cancellationId} is open`;
  }
  if (!isCancelledAfterDone(order)) return `${order.stage}, and yet cancelled by ${cancellationId}`;
  if (payment?.status !== 'REFUNDED') {
    return `cancelled after it was confirmed, payment ${payment?.status ?? 'missing'}`;
  }
  if (!reservation) {
    return reservationMayBeGone ? undefined : 'cancelled after it was confirmed, no reservation';
  }
  if (reservation.status !== 'CONSUMED') {
    return `cancelled after it was confirmed, reservation ${reservation.status}`;
  }
  if (reservation.returns !== 1) return `its goods came back ${reservation.returns} times`;
  return reservation.isBack ? undefined : 'not all of its goods came back';
}

/** Of an order whose saga waits for somebody. While the saga does something, it is ahead or behind. */
function waitingProblem(
  order: OrderRow,
  beside: Beside,
  sagas: ReadonlyMap<string, MovingSaga>,
): string | undefined {
  const { kind, sagaId, settled, stage } = order;
  const saga = sagas.get(sagaId ?? '');
  if (kind !== 'MARKETPLACE' || !settled || saga?.status !== 'WAITING') return undefined;
  if (stage === 'AWAITING_SELLER') return besideUndecided(beside);
  const held = heldProblem(order, beside) ?? tooShort(saga, beside);
  if (stage === 'AWAITING_PAYMENT') return held ?? notTold(beside);
  return PAID.has(stage) ? (paidProblem(order, beside) ?? held) : undefined;
}

/** Payment-service tells the saga every few seconds. */
function notTold({ payment }: Beside): string | undefined {
  const isPaid = payment?.status === 'SUCCESS' && (payment.unchangedS ?? 0) > TOLD_WITHIN_S;
  return isPaid ? 'paid for over a minute, and its saga waits for the payment' : undefined;
}

/** What is reserved for a wait is there when the wait ends. */
function tooShort({ dueAtS }: MovingSaga, { reservation }: Beside): string | undefined {
  const lasts = reservation?.expiresAtS ?? Infinity;
  return lasts < (dueAtS ?? 0) ? 'its reservation ends before its wait' : undefined;
}

function besideUndecided({ reservation, payment }: Beside): string | undefined {
  if (reservation) return `its seller has not decided, reservation ${reservation.status}`;
  return payment && `its seller has not decided, payment ${payment.status}`;
}

function heldProblem({ lines, stage }: OrderRow, { reservation }: Beside): string | undefined {
  if (reservation?.status !== 'ACTIVE') {
    return `${stage}, reservation ${reservation?.status ?? 'missing'}`;
  }
  return reservation.lines === lines
    ? undefined
    : `reserved ${reservation.lines ?? 'nothing'}, ordered ${lines ?? 'nothing'}`;
}

function paidProblem(
  { stage, total, currency }: OrderRow,
  { payment }: Beside,
): string | undefined {
  if (payment?.status !== 'SUCCESS') return `${stage}, payment ${payment?.status ?? 'missing'}`;
  const isExact = payment.amount === total && payment.currency === currency;
  return isExact
    ? undefined
    : `paid ${payment.amount} ${payment.currency} for ${total} ${currency}`;
}
