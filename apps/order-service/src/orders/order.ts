import {
  Fault,
  type OrderKind,
  type OrderStage,
  type OrderStatus,
  Rejection,
} from '@backstitch/shared-types';

/** The commands that make an order, or end what its checkout began. */
export type OrderChange = 'create' | 'place' | 'confirm' | 'cancel';

/** An order as a command found it. */
export interface FoundOrder {
  status: OrderStatus;
  stage: OrderStage;
  kind: OrderKind;
  /** The saga that made the row; null when the command named none. */
  sagaId: string | null;
  /** The saga that cancels, or has cancelled, an order that was confirmed. */
  cancellationId: string | null;
}

type Verdict = 'done' | 'cancelled' | 'already-confirmed' | 'missing';

/** The protocol's row of the order: what a command answers to an order in this state. */
const VERDICTS: Record<OrderChange, Record<'NONE' | OrderStatus, Verdict>> = {
  //        | not known       | PENDING          | CONFIRMED                      | CANCELLED
  create: { NONE: 'done', PENDING: 'done', CONFIRMED: 'done', CANCELLED: 'cancelled' },
  place: { NONE: 'done', PENDING: 'done', CONFIRMED: 'done', CANCELLED: 'cancelled' },
  confirm: { NONE: 'missing', PENDING: 'done', CONFIRMED: 'done', CANCELLED: 'cancelled' },
  cancel: { NONE: 'done', PENDING: 'done', CONFIRMED: 'already-confirmed', CANCELLED: 'done' },
};

/** The saga of a marketplace order takes it back in these stages, although its money is kept. */
const TAKEN_BACK: readonly OrderStage[] = ['PAID', 'PREPARING', 'READY'];

/**
 * What a command answers, decided from the order as the command found it (undefined when there was
 * none): done, a business rejection, or a fault that is not retryable. Pure. The same
 * rules are conditions in orders.sql.ts; a test compares the two.
 */
export function answerTo(
  change: OrderChange,
  orderId: string,
  found: FoundOrder | undefined,
  sagaId: string | undefined,
): 'done' | Rejection | Fault {
  if (isOfAnotherSaga(found, sagaId)) {
    const whose = `order ${orderId} belongs to saga ${found?.sagaId}, not to ${sagaId}`;
    return new Fault('WRONG_SAGA', whose, false);
  }
  if (found && change === 'confirm') {
    // Its confirmation was committed, and its reply was lost: "no" would turn its saga round.
    if (found.cancellationId !== null) return 'done';
    if (found.kind === 'MARKETPLACE' && found.status !== 'CANCELLED') {
      const words = `order ${orderId} is of a marketplace: it is ${found.stage}`;
      return new Fault('ORDER_STATE_CONFLICT', words, false);
    }
  }
  if (found && change === 'cancel' && isTakenBack(found, sagaId)) return 'done';
  const verdict = VERDICTS[change][found?.status ?? 'NONE'];
  if (verdict === 'cancelled') return new Rejection('ORDER_CANCELLED', 'The order was cancelled');
  if (verdict === 'already-confirmed') {
    return new Fault('ALREADY_CONFIRMED', `order ${orderId} is confirmed`, false);
  }
  if (verdict === 'missing') {
    return new Fault('ORDER_NOT_FOUND', `there is no order ${orderId}`, false);
  }
  return verdict;
}

/** Only by its own saga: it has not gone past its pivot. */
function isTakenBack(found: FoundOrder, sagaId: string | undefined): boolean {
  const isOwn = sagaId !== undefined && found.sagaId === sagaId;
  return isOwn && found.kind === 'MARKETPLACE' && TAKEN_BACK.includes(found.stage);
}

/** A command without a saga is served by the order's id alone, and so is an order without one. */
function isOfAnotherSaga(found: FoundOrder | undefined, sagaId: string | undefined): boolean {
  return !!found?.sagaId && !!sagaId && found.sagaId !== sagaId;
}
