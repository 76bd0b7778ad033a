import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  char,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

const now = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow();
const money = (name: string) => numeric(name, { precision: 14, scale: 2 });

/**
 * One row for each order makes repeated and late commands harmless. A row without a user is a
 * tombstone: the order was cancelled before it was created. `version` counts the order's events.
 */
export const orders = pgTable(
  'orders',
  {
    id: uuid('id').primaryKey(),
    userId: text('user_id'),
    /** Who owns the order, as Caller.id. Null: the open caller of its userId. */
    caller: text('caller'),
    status: text('status').notNull(),
    sagaState: text('saga_state').notNull(),
    totalAmount: money('total_amount'),
    currency: char('currency', { length: 3 }).notNull(),
    sagaId: uuid('saga_id'),
    version: integer('version').notNull().default(1),
    /** The version of the owner's cart that became this order. Null: it is of no cart. */
    cartVersion: integer('cart_version'),
    /** MARKETPLACE, with its one seller. Null: a plain order. */
    kind: text('kind'),
    /**
     * How far it is. Null, or a stage of another status: the status says it, for an earlier release wrote it.
     */
    stage: text('stage'),
    /** Who sells it, as Caller.id. */
    sellerId: text('seller_id'),
    /** The saga that cancels, or has cancelled, the order after it was confirmed. */
    cancellationId: uuid('cancellation_id'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (table) => [
    check(
      'orders_status_check',
      sql`(${table.status}, ${table.sagaState}) IN
        (('PENDING', 'ORDER_CREATED'), ('CONFIRMED', 'ORDER_CONFIRMED'), ('CANCELLED', 'COMPENSATED'))`,
    ),
    check(
      'orders_kind_check',
      sql`${table.kind} IN ('MARKETPLACE') AND ${table.sellerId} IS NOT NULL OR ${table.kind} IS NULL AND ${table.sellerId} IS NULL`,
    ),
    check(
      'orders_stage_check',
      sql`${table.stage} IN ('PLACED', 'AWAITING_SELLER', 'AWAITING_PAYMENT', 'CONFIRMED', 'PAID', 'PREPARING', 'READY', 'FULFILLED', 'CANCELLING', 'CANCELLED')`,
    ),
    check(
      'orders_cancellation_check',
      sql`${table.stage} <> 'CANCELLING' OR ${table.cancellationId} IS NOT NULL`,
    ),
    // For lists. None on stage: it changes, and an update that touches no index is far cheaper.
    index('orders_by_user').on(table.userId, table.id),
    index('orders_by_seller')
      .on(table.sellerId, table.id)
      .where(sql`${table.sellerId} IS NOT NULL`),
    check(
      'orders_tombstone_check',
      sql`${table.status} = 'CANCELLED' OR (${table.userId} IS NOT NULL AND ${table.totalAmount} IS NOT NULL)`,
    ),
  ],
);

/**
 * Written once, by the statement that writes the order itself; so a foreign key would check, line
 * by line on the hot path, what cannot be otherwise. The same holds for the events.
 */
export const orderItems = pgTable(
  'order_items',
  {
    orderId: uuid('order_id').notNull(),
    line: integer('line').notNull(),
    productId: uuid('product_id').notNull(),
    quantity: integer('quantity').notNull(),
    priceAtPurchase: money('price_at_purchase').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.line] }),
    check('order_items_quantity_check', sql`${table.quantity} > 0`),
  ],
);

/**
 * Append-only: what happened to an order, numbered from 1 without gaps. The row of an order follows from its
 * events, except for events of earlier releases, which have no schema and no data.
 */
export const orderEvents = pgTable(
  'order_events',
  {
    orderId: uuid('order_id').notNull(),
    sequence: integer('sequence').notNull(),
    type: text('type').notNull(),
    sagaId: uuid('saga_id'),
    /** Later than the event before. */
    createdAt: now('created_at'),
    /** What the order has from this event on. Names no person, except by ids that `pnpm erase` replaces. */
    data: jsonb('data'),
    /** The version of the format of `data`. Null: an event of an earlier release. */
    schema: smallint('schema'),
    /** For whom it was done, as Caller.id. Null: its saga did it. */
    actor: text('actor'),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.sequence] }),
    check(
      'order_events_type_check',
      sql`${table.type} IN ('CREATED', 'CANCELLED_UNSEEN', 'AWAITING_PAYMENT', 'CONFIRMED', 'PAID', 'PREPARING', 'READY', 'FULFILLED', 'CANCELLING', 'CANCELLED')`,
    ),
  ],
);

/** The events that are not yet published: written with them, and removed after the broker has confirmed. */
export const orderOutbox = pgTable(
  'order_outbox',
  {
    orderId: uuid('order_id').notNull(),
    sequence: integer('sequence').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.sequence] })],
);

/** Append-only: which rows of orders an operator made anew from their events, with both contents. */
export const orderRebuilds = pgTable(
  'order_rebuilds',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    /** The user of the operating system that ran the command, where it is known. */
    operator: text('operator').notNull(),
    rowBefore: jsonb('row_before').notNull(),
    rowAfter: jsonb('row_after').notNull(),
    createdAt: now('created_at'),
  },
  (table) => [index('order_rebuilds_by_order').on(table.orderId)],
);

/**
 * The carts of accounts, by the id of the caller. `version` rises by one with every change: what is
 * in a version never changes. ordered_version is the last version that became an order, or tried to.
 */
export const carts = pgTable('carts', {
  userId: text('user_id').primaryKey(),
  version: integer('version').notNull(),
  orderedVersion: integer('ordered_version'),
  orderId: uuid('order_id'),
});

/**
 * How shoppers get their orders: personal, and in no other table. A row is written before its order, by
 * the id that the order will have. It counts only for an order of this caller.
 */
export const orderDelivery = pgTable(
  'order_delivery',
  {
    orderId: uuid('order_id').primaryKey(),
    /** As Caller.id. */
    caller: text('caller').notNull(),
    kind: text('kind').notNull(),
    name: text('name'),
    phone: text('phone'),
    address: text('address'),
    tableNo: text('table_no'),
    createdAt: now('created_at'),
    erasedAt: timestamp('erased_at', { withTimezone: true }),
  },
  (table) => [
    index('order_delivery_by_caller').on(table.caller),
    index('order_delivery_by_time').on(table.createdAt),
    check('order_delivery_kind_check', sql`${table.kind} IN ('DELIVERY', 'PICKUP', 'DINE_IN')`),
  ],
);

/** A row is written and read only together with the locked row of its cart. */
export const cartItems = pgTable(
  'cart_items',
  {
    userId: text('user_id').notNull(),
    productId: uuid('product_id').notNull(),
    quantity: integer('quantity').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.productId] }),
    check('cart_items_quantity_check', sql`${table.quantity} > 0`),
  ],
);

/**
 * One row: in which currency the amounts of this database are, written by the first start. An app
 * that is configured with another one does not start.
 */
export const settings = pgTable(
  'settings',
  {
    onlyRow: boolean('only_row').primaryKey().default(true),
    currency: char('currency', { length: 3 }).notNull(),
  },
  (table) => [check('settings_only_row_check', sql`${table.onlyRow}`)],
);
