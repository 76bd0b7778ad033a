import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  char,
  check,
  index,
  integer,
  json,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

const now = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow();

/**
 * stock_quantity is what may still be reserved. version rises by one with each reservation that
 * moves it. The triggers that record every other change in stock_ledger are in the migrations.
 */
export const products = pgTable(
  'products',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    stockQuantity: integer('stock_quantity').notNull(),
    price: numeric('price', { precision: 14, scale: 2 }).notNull(),
    version: integer('version').notNull().default(1),
    /** The caller that sells it; null: from before sellers existed. */
    sellerId: text('seller_id'),
    category: text('category'),
    imageUrl: text('image_url'),
    isAvailable: boolean('is_available').notNull().default(true),
    archivedAt: timestamp('archived_at', { withTimezone: true }),
    /** Rises when a seller changes what the catalogue shows. */
    detailsVersion: integer('details_version').notNull().default(1),
  },
  (table) => [
    check('products_stock_quantity_check', sql`${table.stockQuantity} >= 0`),
    check('products_price_check', sql`${table.price} >= 0`),
    // The order of the catalogue. Names may be longer than an entry of an index. The first index is
    // for the release before: it has no archived products.
    index('products_by_name').on(sql`left(${table.name}, 100)`, table.id),
    index('listed_products_by_name')
      .on(sql`left(${table.name}, 100)`, table.id)
      .where(sql`${table.archivedAt} IS NULL`),
    index('listed_products_by_category')
      .on(table.category, sql`left(${table.name}, 100)`, table.id)
      .where(sql`${table.archivedAt} IS NULL`),
    index('listed_products_by_text')
      .using(
        'gin',
        sql`to_tsvector('simple', left(${table.name}, 1000) || ' ' || left(${table.description}, 10000))`,
      )
      .where(sql`${table.archivedAt} IS NULL`),
  ],
);

/**
 * One row for each order. It makes repeated and late commands harmless, and stores every answer.
 * REJECTED rows keep why; an EXPIRED one with a refusal was asked to be committed and could not.
 */
export const reservations = pgTable(
  'reservations',
  {
    orderId: uuid('order_id').primaryKey(),
    sagaId: uuid('saga_id'),
    status: text('status').notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    refusalCode: text('refusal_code'),
    refusalMessage: text('refusal_message'),
    // json, not jsonb: a repeat gets exactly the first answer, with the order of its keys.
    refusalDetails: json('refusal_details'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (table) => [
    check(
      'reservations_status_check',
      sql`${table.status} IN ('ACTIVE', 'CONSUMED', 'RELEASED', 'EXPIRED', 'REJECTED')`,
    ),
    // For the sweeper: as small as what is reserved now, however many reservations have ended.
    index('reservations_active').on(table.expiresAt).where(sql`${table.status} = 'ACTIVE'`),
  ],
);

/**
 * Written once, together with its reservation, for products whose rows are locked at that moment;
 * so the foreign keys would check, line by line on the hot path, what cannot be otherwise.
 */
export const reservationItems = pgTable(
  'reservation_items',
  {
    orderId: uuid('order_id').notNull(),
    productId: uuid('product_id').notNull(),
    quantity: integer('quantity').notNull(),
    unitPrice: numeric('unit_price', { precision: 14, scale: 2 }).notNull(),
    /** What came back of a sale, and is in stock again. */
    returned: integer('returned').notNull().default(0),
    /** What came back of a sale, or did not, and is in no stock. */
    writtenOff: integer('written_off').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.productId] }),
    check('reservation_items_quantity_check', sql`${table.quantity} > 0`),
    check(
      'reservation_items_returned_check',
      sql`${table.returned} >= 0 AND ${table.writtenOff} >= 0 AND ${table.returned} + ${table.writtenOff} <= ${table.quantity}`,
    ),
  ],
);

/** Append-only: what came back of sales, once under each id. */
export const stockReturns = pgTable(
  'stock_returns',
  {
    returnId: uuid('return_id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    disposition: text('disposition').notNull(),
    lines: jsonb('lines').notNull(),
    sagaId: uuid('saga_id'),
    createdAt: now('created_at'),
  },
  (table) => [
    index('stock_returns_order').on(table.orderId),
    check('stock_returns_disposition_check', sql`${table.disposition} IN ('RESTOCK', 'WRITE_OFF')`),
  ],
);

/**
 * Append-only: what was ever received, so that received = available + held + sold. What archived
 * reservations had sold is booked as SOLD, by a negative change; what others sold, their own rows
 * tell.
 */
export const stockLedger = pgTable(
  'stock_ledger',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    productId: uuid('product_id').notNull(),
    change: integer('change').notNull(),
    kind: text('kind').notNull(),
    /** The caller of a restock or a write-off, and why. */
    actor: text('actor'),
    reason: text('reason'),
    bookedBy: text('booked_by').notNull().default(sql`session_user`),
    bookedAt: now('booked_at'),
  },
  (table) => [
    index('stock_ledger_product').on(table.productId),
    check(
      'stock_ledger_kind_check',
      sql`${table.kind} IN ('SEED', 'RESTOCK', 'WRITE_OFF', 'CORRECTION', 'SOLD')`,
    ),
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
    /**
     * The smallest price and the step between prices, and the largest; null before the first start.
     */
    priceStep: numeric('price_step', { precision: 14, scale: 2 }),
    priceMax: numeric('price_max', { precision: 14, scale: 2 }),
  },
  (table) => [check('settings_only_row_check', sql`${table.onlyRow}`)],
);
