import type { OrderKind, OrderSagaState, OrderStage, OrderStatus } from '@backstitch/shared-types';
import { FIRST_STAGE, mayFollow, STATE_OF } from './order-stages.js';

/** The first event of an order, or the stage that the order came to. */
export const ORDER_EVENT_TYPES = [
  'CREATED',
  'CANCELLED_UNSEEN',
  'AWAITING_PAYMENT',
  'CONFIRMED',
  'PAID',
  'PREPARING',
  'READY',
  'FULFILLED',
  'CANCELLING',
  'CANCELLED',
] as const satisfies ('CREATED' | 'CANCELLED_UNSEEN' | OrderStage)[];
export type OrderEventType = (typeof ORDER_EVENT_TYPES)[number];

/** What an event says in its data. The first one has a currency, and no other one has. */
interface EventData {
  /** Absent from a tombstone, and so is the amount. */
  userId?: string;
  totalAmount?: string;
  currency?: string;
  /** Absent for an order of no cart. */
  cartVersion?: number;
  /** Absent for a plain order, and so is the seller. */
  kind?: OrderKind;
  sellerId?: string;
  /** Of CANCELLING. */
  cancellationId?: string;
  reason?: string;
  /** Of FULFILLED. */
  tracking?: string;
}

/** One event of an order, as it is stored. */
export interface OrderEvent {
  sequence: number;
  type: OrderEventType;
  sagaId: string | null;
  /** Of the first event: who owns the order. Of a later one: for whom it was done. */
  actor: string | null;
  data: EventData | null;
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
  /** Null: a plain order. */
  kind: OrderKind | null;
  sellerId: string | null;
}

/** An order after some of its events. */
export interface FoldedOrder {
  version: number;
  status: OrderStatus;
  sagaState: OrderSagaState;
  stage: OrderStage;
  sagaId: string | null;
  cancellationId: string | null;
  createdAt: string;
  updatedAt: string;
  /** Undefined where the first event is of an earlier release, which told none. */
  facts: OrderFacts | undefined;
}

/** The events contradict each other: one is missing, or follows an event that it cannot follow. */
export class BrokenHistory extends Error {}

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
  const stage = stageAfter(order, event, first);
  if (stage === undefined) {
    throw new BrokenHistory(`event ${sequence} is ${type} of an order that is ${order?.stage}`);
  }
  if (order && event.schema !== null && createdAt <= order.updatedAt) {
    throw new BrokenHistory(`event ${sequence} is not later than the event before`);
  }
  return {
    version,
    ...STATE_OF[stage],
    stage,
    sagaId: first.sagaId,
    cancellationId: event.data?.cancellationId ?? order?.cancellationId ?? null,
    createdAt: first.createdAt,
    updatedAt: createdAt,
    facts: factsOf(first),
  };
}

/** Undefined where the event cannot follow. */
function stageAfter(
  order: FoldedOrder | undefined,
  { type }: OrderEvent,
  first: OrderEvent,
): OrderStage | undefined {
  const kind = first.data?.kind ?? 'CHECKOUT';
  if (!order) {
    if (type === 'CREATED') return FIRST_STAGE[kind];
    return type === 'CANCELLED_UNSEEN' ? 'CANCELLED' : undefined;
  }
  const isFirst = type === 'CREATED' || type === 'CANCELLED_UNSEEN';
  return !isFirst && mayFollow(kind, order.stage, type) ? type : undefined;
}

function factsOf({ schema, data, actor }: OrderEvent): OrderFacts | undefined {
  if (schema === null || !data) return undefined;
  const { userId = null, totalAmount = null, currency = '', cartVersion = null } = data;
  const { kind = null, sellerId = null } = data;
  return { userId, caller: actor, totalAmount, currency, cartVersion, kind, sellerId };
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
