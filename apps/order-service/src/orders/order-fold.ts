import type { OrderSagaState, OrderStatus } from '@backstitch/shared-types';

export const ORDER_EVENT_TYPES = ['CREATED', 'CONFIRMED', 'CANCELLED', 'CANCELLED_UNSEEN'] as const;
export type OrderEventType = (typeof ORDER_EVENT_TYPES)[number];

/** What the first event of an order says in its data. */
interface FirstEventData {
  /** Absent from a tombstone, and so is the amount. */
  userId?: string;
  totalAmount?: string;
  currency: string;
  /** Absent for an order of no cart. */
  cartVersion?: number;
}

/** One event of an order, as it is stored. */
export interface OrderEvent {
  sequence: number;
  type: OrderEventType;
  sagaId: string | null;
  /** Of the first event: who owns the order. */
  actor: string | null;
  data: FirstEventData | null;
  /** Null: an event of an earlier release, which has neither data nor an actor. */
  schema: number | null;
  /** In UTC with microseconds, so that texts compare as times do. */
  createdAt: string;
}

/** What an order has from its first event on, for ever. */
export interface OrderFacts {
  userId: string | null;
  caller: string | null;
  totalAmount: string | null;
  currency: string;
  cartVersion: number | null;
}

/** An order after some of its events. */
export interface FoldedOrder {
  version: number;
  status: OrderStatus;
  sagaState: OrderSagaState;
  sagaId: string | null;
  createdAt: string;
  updatedAt: string;
  /** Undefined where the first event is of an earlier release, which told none. */
  facts: OrderFacts | undefined;
}

/** The events contradict each other: one is missing, or follows an event that it cannot follow. */
export class BrokenHistory extends Error {}

type State = Pick<FoldedOrder, 'status' | 'sagaState'>;

const AFTER: Record<OrderEventType, State> = {
  CREATED: { status: 'PENDING', sagaState: 'ORDER_CREATED' },
  CONFIRMED: { status: 'CONFIRMED', sagaState: 'ORDER_CONFIRMED' },
  CANCELLED: { status: 'CANCELLED', sagaState: 'COMPENSATED' },
  CANCELLED_UNSEEN: { status: 'CANCELLED', sagaState: 'COMPENSATED' },
};

/** Which events may be the first, and which may follow in each state. */
const MAY_FOLLOW: Record<'NONE' | OrderStatus, readonly OrderEventType[]> = {
  NONE: ['CREATED', 'CANCELLED_UNSEEN'],
  PENDING: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: [],
  CANCELLED: [],
};

/**
 * The order after these events, which are in their order and begin with the first. Throws BrokenHistory.
 * Pure. The statement that writes the row does the same; a test compares the two.
 */
export function foldOrder(events: readonly OrderEvent[]): FoldedOrder {
  const [first] = events;
  if (!first) throw new BrokenHistory('the order has no event');
  let order: FoldedOrder | undefined;
  for (const event of events) order = applied(order, event, first);
  return order!;
}

function applied(
  order: FoldedOrder | undefined,
  event: OrderEvent,
  first: OrderEvent,
): FoldedOrder {
  const { type, sequence, createdAt } = event;
  const version = (order?.version ?? 0) + 1;
  if (sequence !== version) {
    throw new BrokenHistory(`event ${version} is missing: the next one is ${sequence}`);
  }
  if (!MAY_FOLLOW[order?.status ?? 'NONE'].includes(type)) {
    throw new BrokenHistory(`event ${sequence} is ${type} of an order that is ${order?.status}`);
  }
  if (order && event.schema !== null && createdAt <= order.updatedAt) {
    throw new BrokenHistory(`event ${sequence} is not later than the event before`);
  }
  return {
    version,
    ...AFTER[type],
    sagaId: first.sagaId,
    createdAt: first.createdAt,
    updatedAt: createdAt,
    facts: factsOf(first),
  };
}

function factsOf({ schema, data, actor }: OrderEvent): OrderFacts | undefined {
  if (schema === null || !data) return undefined;
  const { userId = null, totalAmount = null, currency, cartVersion = null } = data;
  return { userId, caller: actor, totalAmount, currency, cartVersion };
}

/** The events up to a version, or up to a time; empty when the order did not exist then. Pure. */
export function eventsUpTo(
  events: readonly OrderEvent[],
  { version, at }: { version?: number | undefined; at?: string | undefined },
): readonly OrderEvent[] {
  if (version !== undefined && version > events.length) return [];
  return events.filter(({ sequence, createdAt }) => {
    return (version === undefined || sequence <= version) && (at === undefined || createdAt <= at);
  });
}
