import type { Breach } from './breach.js';
import type { ChargeFact, Facts, SagaFact } from './facts.js';

const KEPT_HOLDS = new Set(['ACTIVE', 'CONSUMED']);

/** Whether a saga came to one whole end: all of the order, or nothing of it. Pure. */
export function sagaBreaches(saga: SagaFact, facts: Facts, total: string): Breach[] {
  return [...problemsOf(saga, facts, total)].map((what) => {
    const { sagaId, orderId } = saga;
    return { what, sagaId, orderId };
  });
}

function* problemsOf(saga: SagaFact, facts: Facts, total: string): Generator<string> {
  const { status, currentStep, lastError, sagaId, orderId } = saga;
  const order = facts.orders.get(orderId);
  const hold = facts.holds.get(orderId) ?? 'none';
  const kept = (facts.charges.get(sagaId) ?? []).filter(isKept);
  const amounts = kept.map(({ amount }) => amount).join(' and ');
  if (status === 'DONE' && order?.status === 'CANCELLED' && order.cancellationId) {
    // Invariant 11 of reconcile judges the refund and the goods in detail.
    if (kept.length > 0) yield `cancelled after it was done, and yet charged ${amounts}`;
    if (hold !== 'CONSUMED') yield `cancelled after it was done, and its reservation is ${hold}`;
  } else if (status === 'DONE') {
    if (order?.status !== 'CONFIRMED') yield `DONE, and its order is ${order?.status ?? 'missing'}`;
    if (order && order.total !== total) yield `its order is of ${order.total} instead of ${total}`;
    if (kept.length === 0) yield 'DONE, and nothing is paid';
    if (kept.length > 1) yield `charged ${kept.length} times: ${amounts}`;
    if (kept.length === 1 && amounts !== total) yield `charged ${amounts} instead of ${total}`;
    if (hold !== 'CONSUMED') yield `DONE, and its reservation is ${hold}`;
  } else if (status === 'COMPENSATED') {
    if (order && order.status !== 'CANCELLED') yield `undone, and its order is ${order.status}`;
    if (kept.length > 0) yield `undone, and yet charged ${amounts}`;
    if (KEPT_HOLDS.has(hold)) yield `undone, and its reservation is ${hold}`;
  } else {
    yield `it never ended: ${status} at ${currentStep}, last error ${lastError ?? 'none'}`;
  }
}

/** Money that the bank took and did not give back in full. */
function isKept({ decision, amount, refunded }: ChargeFact): boolean {
  return decision === 'APPROVED' && refunded !== amount;
}
