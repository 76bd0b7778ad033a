import type { Breach } from './breach.js';
import { isBeingCancelled, isCancelledAfterDone, isPaidOfMarketplace } from './stage-invariants.js';
import type {
  FinishedSaga,
  ReservationRow,
  OrderRow,
  PaymentRow,
  Reading,
} from '../reading/rows.js';

/** What the participants know about one order. */
interface Outcome {
  order?: OrderRow;
  reservation?: ReservationRow;
  payment?: PaymentRow;
}

type Told = Omit<Breach, 'id'>;

/** The sagas whose end is that of their order, their reservation and their payment. */
const PLACEMENTS: ReadonlySet<string> = new Set(['checkout', 'marketplace-order']);

/**
 * Invariants 2, 3, 7 and 8: how a saga that places an order ended is how its order, its reservation
 * and its payment ended. Sagas of other definitions may be about the same order; they are not compared with it.
 */
export function outcomeBreaches(reading: Reading): Breach[] {
  const { outcomes, breaches } = outcomesOf(reading);
  const checkouts = reading.finished.filter(({ definition }) => PLACEMENTS.has(definition));
  const others = new Set(
    reading.finished.flatMap((saga) => (PLACEMENTS.has(saga.definition) ? [] : saga.sagaId)),
  );
  const finished = new Map<string, FinishedSaga>();
  for (const saga of checkouts) {
    if (finished.has(saga.orderId)) {
      breaches.push({ invariant: 7, id: saga.orderId, what: 'two checkouts for one order' });
    }
    finished.set(saga.orderId, saga);
    const outcome = outcomes.get(saga.orderId) ?? {};
    const problems = saga.status === 'DONE' ? doneProblems(outcome) : undoneProblems(outcome);
    for (const what of [...problems, ...sagaMismatches(saga.sagaId, outcome)]) {
      breaches.push({ ...what, id: saga.orderId });
    }
  }
  const moving = new Set(reading.moving.map(({ orderId }) => orderId));
  for (const [orderId, outcome] of outcomes) {
    if (moving.has(orderId)) {
      for (const what of confirmedProblems(outcome)) breaches.push({ ...what, id: orderId });
      continue;
    }
    const saga = finished.get(orderId);
    const isRemoved = !saga && mayBeRemoved(outcome, reading.there);
    const judged = isRemoved ? removedProblems(outcome) : confirmedProblems(outcome);
    const problems = saga ? [] : judged;
    const isKnown = saga !== undefined || isRemoved || others.has(outcome.order?.sagaId ?? '');
    for (const what of [...problems, ...withoutSaga(outcome, saga, isKnown)]) {
      breaches.push({ ...what, id: orderId });
    }
  }
  return breaches;
}

/** The sagas of orders that may have been removed, unless they are found under another order. */
export function perhapsRemoved({
  finished,
  orders,
}: Pick<Reading, 'finished' | 'orders'>): string[] {
  const checkouts = finished.filter(({ definition }) => PLACEMENTS.has(definition));
  const known = new Set(checkouts.map(({ orderId }) => orderId));
  return orders.flatMap(({ orderId, sagaId, sagaMayBeGone }) =>
    sagaMayBeGone && sagaId !== null && !known.has(orderId) ? [sagaId] : [],
  );
}

/** What there is of each order, and a breach where there is anything twice. */
function outcomesOf({ orders, reservations, payments }: Reading) {
  const breaches: Breach[] = [];
  const outcomes = new Map<string, Outcome>();
  const put = <Key extends keyof Outcome>(key: Key, row: Outcome[Key] & { orderId: string }) => {
    const outcome = outcomes.get(row.orderId) ?? {};
    if (outcome[key])
      breaches.push({ invariant: 7, id: row.orderId, what: `two rows of its ${key}` });
    outcome[key] = row;
    outcomes.set(row.orderId, outcome);
  };
  for (const row of orders) put('order', row);
  for (const row of reservations) put('reservation', row);
  for (const row of payments) put('payment', row);
  return { outcomes, breaches };
}

function doneProblems(outcome: Outcome): Told[] {
  const { order } = outcome;
  // Invariant 11 judges these.
  if (order && (isCancelledAfterDone(order) || isBeingCancelled(order))) return [];
  if (order?.status === 'CONFIRMED') return soldProblems('DONE', outcome);
  const what = `DONE, order ${order?.status ?? 'missing'}`;
  return [{ invariant: 2, what }, ...soldProblems('DONE', outcome)];
}

/**
 * A CONFIRMED order is paid and sold whatever confirmed it: a saga that is under way, or parked, or not
 * known, or none at all. Its payment and its sale come before it, so it is judged once settled.
 */
function confirmedProblems(outcome: Outcome): Told[] {
  const { order } = outcome;
  if (order?.status !== 'CONFIRMED' || !order.settled) return [];
  // Invariants 11 and 14 judge these.
  if (isBeingCancelled(order) || isPaidOfMarketplace(order)) return [];
  return soldProblems('CONFIRMED', outcome);
}

/** What is missing to an order that shall be paid in full, its lines sold. */
function soldProblems(is: string, { order, reservation, payment }: Outcome): Told[] {
  const problems: string[] = [];
  if (order && order.total !== order.linesTotal) {
    problems.push(`total ${order.total}, its lines make ${order.linesTotal}`);
  }
  if (payment?.status === 'REFUNDED') problems.push(`${is}, payment REFUNDED`);
  else if (payment?.status !== 'SUCCESS') {
    problems.push(`${is} and never paid: payment ${payment?.status ?? 'missing'}`);
  } else if (payment.amount !== order?.total || payment.currency !== order.currency) {
    problems.push(
      `paid ${payment.amount} ${payment.currency} for ${order?.total} ${order?.currency}`,
    );
  }
  if (reservation?.status !== 'CONSUMED') {
    if (reservation || !order?.reservationMayBeGone)
      problems.push(`${is}, reservation ${reservation?.status ?? 'missing'}`);
  } else if (reservation.lines !== order?.lines) {
    problems.push(`sold ${reservation.lines ?? 'nothing'}, ordered ${order?.lines ?? 'nothing'}`);
  }
  return problems.map((what) => ({ invariant: 2, what }));
}

const NO_MONEY = new Set(['FAILED', 'REFUNDED', 'CANCELLED', undefined]);
const NO_RESERVATION = new Set(['RELEASED', 'REJECTED', undefined]);

function undoneProblems({ order, reservation, payment }: Outcome): Told[] {
  const problems: string[] = [];
  if (order?.status !== 'CANCELLED') {
    problems.push(`COMPENSATED, order ${order?.status ?? 'missing'}`);
  }
  if (!NO_MONEY.has(payment?.status)) problems.push(`COMPENSATED, payment ${payment?.status}`);
  if (!NO_RESERVATION.has(reservation?.status))
    problems.push(`COMPENSATED, reservation ${reservation?.status}`);
  return problems.map((what) => ({ invariant: 3, what }));
}

/** Old enough, and its saga is not to be found under another order either. */
function mayBeRemoved({ order }: Outcome, there: ReadonlySet<string>): boolean {
  return order?.sagaMayBeGone === true && order.sagaId !== null && !there.has(order.sagaId);
}

/** An order whose saga was removed is judged as its saga would be: the order tells how that ended. */
function removedProblems(outcome: Outcome): Told[] {
  const { order } = outcome;
  if (!order || order.sagaId === null) return [];
  const isDone = order.status === 'CONFIRMED' || isCancelledAfterDone(order);
  const problems = isDone ? doneProblems(outcome) : undoneProblems(outcome);
  return [...problems, ...sagaMismatches(order.sagaId, outcome)];
}

/** Rows of one order that say they belong to another saga. */
function sagaMismatches(sagaId: string, outcome: Outcome): Told[] {
  return Object.entries(outcome).flatMap(([name, row]) =>
    row.sagaId !== null && row.sagaId !== sagaId
      ? [{ invariant: 7, what: `its ${name} belongs to saga ${row.sagaId}, not ${sagaId}` }]
      : [],
  );
}

/**
 * The other direction: what is confirmed, paid or sold must have its saga and its order. Commands may
 * come without a saga (then `sagaId` is null); what they leave is judged once it has settled.
 */
function* withoutSaga(
  { order, reservation, payment }: Outcome,
  saga: FinishedSaga | undefined,
  /** The saga that the order names is there, or was removed for its age. */
  isKnown: boolean,
) {
  if (order?.settled && order.sagaId !== null && !isKnown) {
    const what = `${order.status} for saga ${order.sagaId}, which does not know this order`;
    yield { invariant: 7, what };
  }
  if (order?.status === 'CONFIRMED' || (order && isCancelledAfterDone(order))) return;
  const found = `and its order is ${order?.status ?? 'missing'}`;
  if (payment?.status === 'SUCCESS' && (saga ?? payment.settled)) {
    yield { invariant: 8, what: `paid ${payment.amount} ${payment.currency}, ${found}` };
  }
  if (reservation?.status === 'CONSUMED' && (saga ?? reservation.settled)) {
    yield { invariant: 8, what: `sold ${reservation.lines}, ${found}` };
  }
}
