import type { Breach } from './breach.js';
import { isCancelledAfterDone } from './stage-invariants.js';
import type { KeyAnswer, OrderRow, Reading } from '../reading/rows.js';

/**
 * Invariants 2, 3 and 7 once more, for sagas that were removed: what a key goes on to answer is how its
 * order ended.
 */
export function answerBreaches({ answers, orders }: Reading): Breach[] {
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  return answers.flatMap((answer) => {
    const found = problem(answer, byId.get(answer.orderId ?? ''));
    return found ? [{ ...found, id: answer.sagaId }] : [];
  });
}

function problem(
  { key, sagaId, orderId, status }: KeyAnswer,
  order: OrderRow | undefined,
): Omit<Breach, 'id'> | undefined {
  const says = `the key ${key} answers ${status} for the order ${orderId}`;
  const isDone = status === 'DONE';
  // It was done, and cancelled later: the key goes on to answer what it answered.
  const isCancelledLater = isDone && order !== undefined && isCancelledAfterDone(order);
  if (order?.status !== (isDone ? 'CONFIRMED' : 'CANCELLED') && !isCancelledLater) {
    return { invariant: isDone ? 2 : 3, what: `${says}, which is ${order?.status ?? 'missing'}` };
  }
  if (order.sagaId === sagaId) return undefined;
  return { invariant: 7, what: `${says}, which belongs to saga ${order.sagaId}` };
}
