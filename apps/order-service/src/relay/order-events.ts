import {
  BATCH_MAX,
  type OrderCloudEvent,
  type OrderEventType as PublishedType,
  routingKeyOf,
  schemaOf,
  sequenceText,
} from '@backstitch/event-contracts';
import { currencyDigits, fromMinor, toMinor } from '@backstitch/shared-types';
import { STATE_OF } from '../orders/order-stages.js';
import type { OrderEvent, OrderEventType } from '../orders/order-fold.js';

/** An event of the outbox. */
export interface OutboxEvent extends OrderEvent {
  orderId: string;
}

/** Events of one routing key that share a message. */
export interface EventBatch {
  routingKey: string;
  events: readonly OrderCloudEvent[];
}

const SOURCE = '/order-service';

const PUBLISHED: Record<OrderEventType, PublishedType> = {
  CREATED: 'order.placed.v1',
  CONFIRMED: 'order.confirmed.v1',
  CANCELLED: 'order.cancelled.v1',
  CANCELLED_UNSEEN: 'order.cancelled.v1',
  AWAITING_PAYMENT: 'order.awaiting-payment.v1',
  PAID: 'order.paid.v1',
  PREPARING: 'order.preparing.v1',
  READY: 'order.ready.v1',
  FULFILLED: 'order.fulfilled.v1',
  CANCELLING: 'order.cancelling.v1',
};

/** The event as it is published: without caller, user, seller, cart and reason. Pure. */
export function cloudEventOf(event: OutboxEvent): OrderCloudEvent {
  const { orderId, sequence, createdAt } = event;
  const type = PUBLISHED[event.type];
  return {
    specversion: '1.0',
    id: `${orderId}:${sequence}`,
    source: SOURCE,
    type,
    subject: orderId,
    time: createdAt,
    sequence: sequenceText(sequence),
    datacontenttype: 'application/json',
    dataschema: schemaOf(type),
    data: dataOf(event),
  } as OrderCloudEvent;
}

function dataOf({ orderId, sagaId, type, data }: OutboxEvent): OrderCloudEvent['data'] {
  if (type === 'CREATED') {
    const { totalAmount = '', currency = '', kind = 'CHECKOUT' } = data ?? {};
    const total = amountText(totalAmount, currency);
    return { orderId, status: 'PENDING', sagaId, totalAmount: total, currency, kind };
  }
  if (type === 'CONFIRMED') return { orderId, status: 'CONFIRMED', sagaId };
  if (type === 'CANCELLED' || type === 'CANCELLED_UNSEEN') {
    return { orderId, status: 'CANCELLED', sagaId, wasPlaced: type === 'CANCELLED' };
  }
  const { status } = STATE_OF[type];
  return { orderId, status, stage: type, sagaId } as OrderCloudEvent['data'];
}

/** The column has two decimals in every currency. */
function amountText(amount: string, currency: string): string {
  const digits = currencyDigits(currency);
  const minor = toMinor(amount, digits);
  return minor === undefined ? amount : fromMinor(minor, digits);
}

/**
 * The events as waves of messages. A wave has at most one event of each order: it is sent when the
 * wave before is confirmed, so the events of an order arrive in their order. The events come in the
 * order of order and sequence. Pure.
 */
export function wavesOf(events: readonly OutboxEvent[]): EventBatch[][] {
  const waves: OutboxEvent[][] = [];
  let position = 0;
  for (const [index, event] of events.entries()) {
    position = events[index - 1]?.orderId === event.orderId ? position + 1 : 0;
    (waves[position] ??= []).push(event);
  }
  return waves.map(batchesOf);
}

function batchesOf(wave: readonly OutboxEvent[]): EventBatch[] {
  const byKey = new Map<string, OrderCloudEvent[]>();
  for (const event of wave.map(cloudEventOf)) {
    const routingKey = routingKeyOf(event.type);
    const events = byKey.get(routingKey);
    if (events) events.push(event);
    else byKey.set(routingKey, [event]);
  }
  return [...byKey].flatMap(([routingKey, events]) =>
    Array.from({ length: Math.ceil(events.length / BATCH_MAX) }, (_, nth) => ({
      routingKey,
      events: events.slice(nth * BATCH_MAX, (nth + 1) * BATCH_MAX),
    })),
  );
}
