import type { HistoryQuery, OrderEventView, VersionedOrderView } from '@backstitch/shared-types';
import type { StagedOrder } from '../orders/orders.handler.js';
import { eventsUpTo, foldOrder, type OrderEvent } from '../orders/order-fold.js';

/**
 * The order as it was at the version or the time that is asked for; without both, as it is. Undefined when
 * it did not exist then. What never changes is from its row: the events of an earlier release do not tell
 * it. Pure.
 */
export function orderAt(
  { caller: _caller, delivery, ...present }: StagedOrder,
  events: readonly OrderEvent[],
  asked: HistoryQuery,
): VersionedOrderView | undefined {
  const upTo = eventsUpTo(events, asked);
  if (upTo.length === 0) return undefined;
  const { version, status, sagaState, stage, sagaId, createdAt, updatedAt } = foldOrder(upTo);
  const isPresent = asked.version === undefined && asked.at === undefined;
  return {
    ...present,
    status,
    sagaState,
    stage,
    sagaId,
    createdAt,
    updatedAt,
    version,
    ...(delivery && isPresent && { delivery }),
  };
}

/** The events as readers of the order see them. Pure. */
export function eventViews(events: readonly OrderEvent[], after: number): OrderEventView[] {
  return events
    .filter(({ sequence }) => sequence > after)
    .map(({ sequence, type, sagaId, actor, createdAt }) => {
      return { sequence, type, sagaId, actor, createdAt };
    });
}
