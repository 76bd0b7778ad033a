import type { Statement } from '@backstitch/database';
import type { OrderKind, OrderSagaState, OrderStage, OrderStatus } from '@backstitch/shared-types';
import type { DeliveryRow } from '../delivery/deliveries.sql.js';
import type { OrderChange } from './order.js';

/** One command that changes one order; what only a creation brings is in `order`. */
export interface OrderWrite {
  change: OrderChange;
  orderId: string;
  sagaId?: string | undefined;
  /** Who owns the order that the command makes, if only as a tombstone. */
  caller?: string | undefined;
  /** Of the owner's cart; undefined for an order of no cart. */
  cartVersion?: number | undefined;
  /** Of order.place: who sells it, as Caller.id. */
  sellerId?: string | undefined;
  order?: NewOrder | undefined;
}

export interface NewOrder {
  userId: string;
  /** A decimal string. */
  totalAmount: string;
  currency: string;
  items: readonly { productId: string; quantity: number; price: string }[];
}

/** A batch's row for one order: claimed by this command, or as the command found it, or unseen. */
export interface WrittenRow {
  id: string;
  claimed: boolean;
  status: OrderStatus | null;
  stage: OrderStage | null;
  kind: OrderKind | null;
  saga_id: string | null;
  cancellation_id: string | null;
  total_amount: string | null;
  /** From which cart the order is. Null for an order of no cart. */
  cart_version: number | null;
  cart_owner: string | null;
}

export interface OrderRow {
  id: string;
  user_id: string | null;
  caller: string | null;
  status: OrderStatus;
  stage: OrderStage;
  kind: OrderKind;
  seller_id: string | null;
  saga_state: OrderSagaState;
  total_amount: string | null;
  currency: string;
  saga_id: string | null;
  version: number;
  cancellation_id: string | null;
  created_at: Date;
  updated_at: Date;
  items: { productId: string; quantity: number; priceAtPurchase: string }[];
  /** What the owner's checkout named, if it is not of another caller. */
  delivery: DeliveryRow | null;
}

/** The time of a change of the order `o`, and of its event: later than that of the event before. */
export const LATER = `greatest(clock_timestamp(), o.updated_at + interval '1 microsecond')`;

/**
 * The stage of a row of orders, and its kind. An earlier release writes the status alone: see stageOf in
 * order-stages.ts.
 */
export const STAGE = (o: string) => `CASE WHEN ${o}.status = 'CANCELLED' THEN 'CANCELLED'
  WHEN ${o}.status = 'PENDING' THEN CASE WHEN ${o}.stage IN ('AWAITING_SELLER', 'AWAITING_PAYMENT')
    THEN ${o}.stage ELSE 'PLACED' END
  WHEN ${o}.stage IN ('PAID', 'PREPARING', 'READY', 'FULFILLED', 'CANCELLING') THEN ${o}.stage
  ELSE 'CONFIRMED' END`;
export const KIND = (o: string) => `coalesce(${o}.kind, 'CHECKOUT')`;

/**
 * Everything that a batch writes, in one statement and so in one transaction. It claims the orders
 * that are new (a cancellation claims a tombstone), locks the others in the order of their ids, and
 * moves on those that are PENDING and of the command's saga. A marketplace order is taken back by its own saga
 * until it is fulfilled. Items and events follow only from rows
 * that were claimed or moved. An event is later than the event before it, also when another
 * transaction began earlier and waited longer. A statement has one snapshot, older than its waits: an order that
 * another transaction inserted meanwhile is neither claimed nor found, and is asked for again.
 */
const WRITE = `
  WITH input AS (
    SELECT *, clock_timestamp() AS at
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::numeric[], $6::text[],
      $7::text[], $8::int[], $15::text[])
      AS input (id, change, saga_id, user_id, total_amount, currency, caller, cart_version, seller_id)
  ), claimed AS (
    INSERT INTO orders (id, user_id, status, saga_state, stage, kind, seller_id, total_amount,
      currency, saga_id, caller, cart_version, created_at, updated_at)
    SELECT id, user_id,
      CASE change WHEN 'cancel' THEN 'CANCELLED' ELSE 'PENDING' END,
      CASE change WHEN 'cancel' THEN 'COMPENSATED' ELSE 'ORDER_CREATED' END,
      CASE change WHEN 'create' THEN 'PLACED' WHEN 'place' THEN 'AWAITING_SELLER'
        ELSE 'CANCELLED' END,
      CASE change WHEN 'place' THEN 'MARKETPLACE' END, seller_id,
      total_amount, currency, saga_id, caller, cart_version, at, at
    FROM input WHERE change <> 'confirm' ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, status, kind, seller_id, saga_id, total_amount, cart_version, caller, user_id,
      currency, created_at
  ), found AS (
    SELECT o.id, o.status, o.stage, o.kind, o.saga_id, o.cancellation_id, o.total_amount,
      o.cart_version, o.caller
    FROM orders o JOIN input USING (id)
    WHERE NOT EXISTS (SELECT FROM claimed WHERE claimed.id = o.id)
    ORDER BY o.id FOR UPDATE OF o
  ), moved AS (
    UPDATE orders o SET
      status = CASE change WHEN 'confirm' THEN 'CONFIRMED' ELSE 'CANCELLED' END,
      saga_state = CASE change WHEN 'confirm' THEN 'ORDER_CONFIRMED' ELSE 'COMPENSATED' END,
      stage = CASE change WHEN 'confirm' THEN 'CONFIRMED' ELSE 'CANCELLED' END,
      version = o.version + 1,
      updated_at = ${LATER}
    FROM found JOIN input USING (id)
    WHERE o.id = found.id AND (o.status = 'PENDING'
        AND (input.change = 'cancel' OR input.change = 'confirm' AND o.kind IS NULL)
        AND (o.saga_id = input.saga_id OR o.saga_id IS NULL OR input.saga_id IS NULL)
      OR input.change = 'cancel' AND o.kind = 'MARKETPLACE'
        AND o.stage IN ('PAID', 'PREPARING', 'READY') AND o.status = 'CONFIRMED'
        AND o.saga_id = input.saga_id)
    RETURNING o.id, o.version, o.status, input.saga_id, o.updated_at
  ), items AS (
    INSERT INTO order_items (order_id, line, product_id, quantity, price_at_purchase)
    SELECT line.* FROM unnest($9::uuid[], $10::int[], $11::uuid[], $12::int[], $13::numeric[])
      AS line (order_id, line, product_id, quantity, price)
    WHERE order_id IN (SELECT id FROM claimed)
  ), events AS (
    INSERT INTO order_events (order_id, sequence, type, saga_id, created_at, schema, actor, data)
    SELECT id, 1, CASE status WHEN 'PENDING' THEN 'CREATED' ELSE 'CANCELLED_UNSEEN' END, saga_id,
      created_at, 1, caller, jsonb_strip_nulls(jsonb_build_object('userId', user_id,
        'totalAmount', total_amount::text, 'currency', currency, 'cartVersion', cart_version,
        'kind', kind, 'sellerId', seller_id))
    FROM claimed
    UNION ALL SELECT id, version, status, saga_id, updated_at, 1, NULL, NULL FROM moved
    RETURNING order_id, sequence
  ), outbox AS (
    INSERT INTO order_outbox (order_id, sequence) SELECT order_id, sequence FROM events WHERE $14
  )
  SELECT input.id, claimed.id IS NOT NULL AS claimed, found.status, found.saga_id,
    found.stage, found.kind, found.cancellation_id,
    coalesce(claimed.total_amount, found.total_amount) AS total_amount,
    coalesce(claimed.cart_version, found.cart_version) AS cart_version,
    CASE WHEN claimed.cart_version > 0 THEN claimed.caller
      WHEN found.cart_version > 0 THEN found.caller END AS cart_owner
  FROM input LEFT JOIN claimed USING (id) LEFT JOIN found USING (id)`;

export interface WriteTerms {
  /** Of orders that a cancellation makes. */
  currency: string;
  /** Whether events are to be published. */
  areEventsPublished: boolean;
}

/** No two writes of a batch are of the same order. */
export function writeStatement(
  writes: readonly OrderWrite[],
  { currency, areEventsPublished }: WriteTerms,
): Statement {
  const lines = writes.flatMap(({ orderId, order }) =>
    (order?.items ?? []).map((item, line) => ({ ...item, orderId, line })),
  );
  return {
    name: 'orders.write',
    text: WRITE,
    values: [
      writes.map(({ orderId }) => orderId),
      writes.map(({ change }) => change),
      writes.map(({ sagaId }) => sagaId ?? null),
      writes.map(({ order }) => order?.userId ?? null),
      writes.map(({ order }) => order?.totalAmount ?? null),
      writes.map(({ order }) => order?.currency ?? currency),
      writes.map(({ caller }) => caller ?? null),
      writes.map(({ cartVersion }) => cartVersion ?? null),
      lines.map(({ orderId }) => orderId),
      lines.map(({ line }) => line),
      lines.map(({ productId }) => productId),
      lines.map(({ quantity }) => quantity),
      lines.map(({ price }) => price),
      areEventsPublished,
      writes.map(({ sellerId }) => sellerId ?? null),
    ],
  };
}

/** A delivery counts for the caller who gave it only. */
const READ = `
  SELECT id, user_id, caller, status, ${STAGE('orders')} AS stage, ${KIND('orders')} AS kind, seller_id,
    saga_state, total_amount, currency, saga_id, version, cancellation_id, created_at, updated_at,
    coalesce((
      SELECT json_agg(json_build_object('productId', product_id, 'quantity', quantity,
        'priceAtPurchase', price_at_purchase::text) ORDER BY line)
      FROM order_items WHERE order_id = orders.id
    ), '[]') AS items,
    (
      SELECT json_build_object('kind', kind, 'name', name, 'phone', phone, 'address', address,
        'table', table_no, 'erasedAt', erased_at)
      FROM order_delivery
      WHERE order_id = orders.id AND caller = coalesce(orders.caller, 'o:' || orders.user_id)
    ) AS delivery
  FROM orders WHERE id = ANY ($1::uuid[])`;

export function readStatement(orderIds: readonly string[]): Statement {
  return { name: 'orders.read', text: READ, values: [orderIds] };
}
