/** The exchange to which events of orders are published: durable, of the type topic. */
export const ORDER_EVENTS_EXCHANGE = 'order.events';

/** The content type of a message: a JSON array of CloudEvents. */
export const BATCH_CONTENT_TYPE = 'application/cloudevents-batch+json';

/** Events of one message at most. */
export const BATCH_MAX = 64;

/** The data of each type of event. An addition keeps the version; every other change is a new type. */
export interface OrderEventData {
  'order.placed.v1': {
    orderId: string;
    status: 'PENDING';
    sagaId: string | null;
    /** A decimal string. */
    totalAmount: string;
    currency: string;
    /** Absent from an earlier release: CHECKOUT. */
    kind?: 'CHECKOUT' | 'MARKETPLACE';
  };
  'order.confirmed.v1': { orderId: string; status: 'CONFIRMED'; sagaId: string | null };
  'order.cancelled.v1': {
    orderId: string;
    status: 'CANCELLED';
    sagaId: string | null;
    /** False: it was cancelled before it was placed, and has no other event. */
    wasPlaced: boolean;
  };
  'order.awaiting-payment.v1': StageData<'PENDING', 'AWAITING_PAYMENT'>;
  'order.paid.v1': StageData<'CONFIRMED', 'PAID'>;
  'order.preparing.v1': StageData<'CONFIRMED', 'PREPARING'>;
  'order.ready.v1': StageData<'CONFIRMED', 'READY'>;
  'order.fulfilled.v1': StageData<'CONFIRMED', 'FULFILLED'>;
  'order.cancelling.v1': StageData<'CONFIRMED', 'CANCELLING'>;
}

/** An order came to a stage. */
interface StageData<Status extends string, Stage extends string> {
  orderId: string;
  status: Status;
  stage: Stage;
  sagaId: string | null;
}

export type OrderEventType = keyof OrderEventData;

export const ORDER_EVENT_TYPES = [
  'order.placed.v1',
  'order.confirmed.v1',
  'order.cancelled.v1',
  'order.awaiting-payment.v1',
  'order.paid.v1',
  'order.preparing.v1',
  'order.ready.v1',
  'order.fulfilled.v1',
  'order.cancelling.v1',
] as const satisfies OrderEventType[];

/** An event as it is published (CloudEvents 1.0, JSON format). */
export interface CloudEvent<Type extends string = string, Data = unknown> {
  specversion: '1.0';
  /** `<orderId>:<sequence>`. A repeated event has the same id. */
  id: string;
  source: string;
  type: Type;
  /** The id of the order. */
  subject: string;
  /** In UTC with microseconds. */
  time: string;
  /** Which event of its order it is, as ten digits. */
  sequence: string;
  datacontenttype: 'application/json';
  dataschema: string;
  data: Data;
}

export type OrderCloudEvent = {
  [Type in OrderEventType]: CloudEvent<Type, OrderEventData[Type]>;
}[OrderEventType];

/** The routing key of events of a type: order.placed.v1 → order.placed. Pure. */
export function routingKeyOf(type: OrderEventType): string {
  return type.replace(/\.v\d+$/, '');
}

/** The id of the schema of the data of a type. Pure. */
export function schemaOf(type: OrderEventType): string {
  return `urn:backstitch:event-schema:${type}`;
}

/** A sequence as CloudEvents demands it: texts compare as the numbers do. Pure. */
export function sequenceText(sequence: number): string {
  return String(sequence).padStart(10, '0');
}
