import type { Statement } from '@backstitch/database';
import { fromMinor, type ReservationStatus, timeOfUuid, toMinor } from '@backstitch/shared-types';
import type { ReservedLine, Reservation, Refusal } from './reservation.js';
import type { Product, StockChange } from './stock-levels.js';

/**
 * Every statement of the feature. One lock order for all transactions that move stock: reservations
 * by order id, then products by id. A statement sees one snapshot, older than its own lock waits:
 * hence claim, lock, read and write are statements of their own.
 */

export interface Claim {
  orderId: string;
  sagaId: string | undefined;
  status: ReservationStatus;
  holdSeconds: number;
}

/**
 * Inserts the rows that are not there yet and answers those; waits for a transaction that is
 * inserting one. An order older than reservations are kept gets none: its reservation may have been
 * archived, and a new row would answer for what is forgotten. Ids that tell no time are taken at
 * any age.
 */
export function claimReservations(claims: readonly Claim[], keptDays: number): Statement {
  return {
    name: 'claim_reservations',
    text: `INSERT INTO reservations (order_id, saga_id, status, expires_at)
      SELECT order_id, saga_id, status, clock_timestamp() + make_interval(secs => seconds)
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::float8[])
        AS claim (order_id, saga_id, status, seconds, made_ms)
      WHERE made_ms IS NULL
        OR to_timestamp(made_ms / 1000) >= clock_timestamp() - $6::float8 * interval '1 day'
      ORDER BY order_id
      ON CONFLICT (order_id) DO NOTHING
      RETURNING order_id, expires_at`,
    values: [
      claims.map((claim) => claim.orderId),
      claims.map((claim) => claim.sagaId),
      claims.map((claim) => claim.status),
      claims.map((claim) => claim.holdSeconds),
      claims.map((claim) => timeOfUuid(claim.orderId)),
      keptDays,
    ],
  };
}

const RESERVATION_COLUMNS = `order_id, saga_id, status, expires_at, refusal_code, refusal_message,
  refusal_details`;

export function lockReservations(orderIds: readonly string[]): Statement {
  return {
    name: 'lock_reservations',
    text: `SELECT ${RESERVATION_COLUMNS} FROM reservations WHERE order_id = ANY ($1::uuid[])
      ORDER BY order_id FOR UPDATE`,
    values: [orderIds],
  };
}

export function readReservations(orderIds: readonly string[]): Statement {
  return {
    name: 'read_reservations',
    text: `SELECT ${RESERVATION_COLUMNS} FROM reservations WHERE order_id = ANY ($1::uuid[])`,
    values: [orderIds],
  };
}

/** Those that another transaction is just deciding about are left to it. */
export function lockOverdueReservations(limit: number): Statement {
  return {
    name: 'lock_overdue_reservations',
    text: `SELECT ${RESERVATION_COLUMNS} FROM reservations
      WHERE status = 'ACTIVE' AND expires_at <= clock_timestamp()
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    values: [limit],
  };
}

/** The same, but for reservations one of whose products is locked just now. */
export function lockOverdueReservationsOfFreeProducts(limit: number): Statement {
  return {
    name: 'lock_overdue_reservations_of_free_products',
    text: `WITH overdue AS MATERIALIZED (
        SELECT order_id FROM reservations
        WHERE status = 'ACTIVE' AND expires_at <= clock_timestamp()
      ), free AS MATERIALIZED (
        SELECT id FROM products WHERE id IN (
          SELECT product_id FROM reservation_items JOIN overdue USING (order_id))
        ORDER BY id FOR UPDATE SKIP LOCKED
      )
      SELECT ${RESERVATION_COLUMNS} FROM reservations
      WHERE order_id IN (SELECT order_id FROM overdue) AND NOT EXISTS (
          SELECT FROM reservation_items item WHERE item.order_id = reservations.order_id
          AND item.product_id IN (SELECT id FROM products EXCEPT SELECT id FROM free))
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    values: [limit],
  };
}

export function readLines(orderIds: readonly string[]): Statement {
  return {
    name: 'read_lines',
    text: `SELECT order_id, product_id, quantity, unit_price, returned + written_off AS back
      FROM reservation_items
      WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, product_id`,
    values: [orderIds],
  };
}

/** The products named here and those that the reservations of these orders name, in id order. */
export function lockProducts(
  productIds: readonly string[],
  orderIds: readonly string[] = [],
): Statement {
  return {
    name: 'lock_products',
    text: `SELECT id, name, price, stock_quantity, is_available AND archived_at IS NULL AS is_offered
      FROM products WHERE id = ANY (ARRAY(
        SELECT unnest($1::uuid[])
        UNION SELECT product_id FROM reservation_items WHERE order_id = ANY ($2::uuid[])))
      ORDER BY id FOR UPDATE`,
    values: [productIds, orderIds],
  };
}

/** What the decisions of one transaction come to. */
export interface Writes {
  moves: readonly StockChange[];
  newLines: readonly { orderId: string; line: ReservedLine }[];
  reservations: readonly Reservation[];
}

export function write({ moves, newLines, reservations }: Writes, digits: number): Statement {
  return {
    name: 'write_stock',
    text: `WITH moved AS (
        UPDATE products SET stock_quantity = stock_quantity + change, version = version + moves
        FROM unnest($1::uuid[], $2::int[], $3::int[]) AS move (product_id, change, moves)
        WHERE id = product_id
      ), held AS (
        INSERT INTO reservation_items (order_id, product_id, quantity, unit_price)
        SELECT * FROM unnest($4::uuid[], $5::uuid[], $6::int[], $7::numeric[])
      )
      UPDATE reservations SET status = new.status, refusal_code = new.code,
        refusal_message = new.message, refusal_details = new.details, updated_at = now(),
        expires_at = greatest(reservations.expires_at, new.expires_at)
      FROM unnest($8::uuid[], $9::text[], $10::text[], $11::text[], $12::json[],
          $13::timestamptz[])
        AS new (order_id, status, code, message, details, expires_at)
      WHERE reservations.order_id = new.order_id`,
    values: [
      moves.map((move) => move.productId),
      moves.map((move) => move.change),
      moves.map((move) => move.moves),
      newLines.map((each) => each.orderId),
      newLines.map((each) => each.line.productId),
      newLines.map((each) => each.line.quantity),
      newLines.map((each) => fromMinor(each.line.priceMinor, digits)),
      reservations.map((reservation) => reservation.orderId),
      reservations.map((reservation) => reservation.status),
      reservations.map((reservation) => reservation.refusal?.code),
      reservations.map((reservation) => reservation.refusal?.message),
      reservations.map(
        (reservation) => reservation.refusal && JSON.stringify(reservation.refusal.details),
      ),
      reservations.map((reservation) => reservation.expiresAt),
    ],
  };
}

type Row = Record<string, unknown>;

export function reservationFrom(row: Row, lines: readonly ReservedLine[] = []): Reservation {
  return {
    orderId: row.order_id as string,
    sagaId: row.saga_id as string | null,
    status: row.status as ReservationStatus,
    expiresAt: (row.expires_at as Date).toISOString(),
    lines,
    refusal: refusalFrom(row),
  };
}

function refusalFrom(row: Row): Refusal | null {
  if (row.refusal_code === null) return null;
  return {
    code: row.refusal_code as string,
    message: row.refusal_message as string,
    details: row.refusal_details as Refusal['details'],
  };
}

export function linesByOrder(rows: readonly Row[], digits: number): Map<string, ReservedLine[]> {
  const byOrder = new Map<string, ReservedLine[]>();
  for (const row of rows) {
    const lines = byOrder.get(row.order_id as string) ?? [];
    byOrder.set(row.order_id as string, lines);
    lines.push({
      productId: row.product_id as string,
      quantity: row.quantity as number,
      priceMinor: minorFrom(row.unit_price as string, digits),
      ...((row.back as number) > 0 && { back: row.back as number }),
    });
  }
  return byOrder;
}

export function productFrom(row: Row, digits: number): Product {
  return {
    id: row.id as string,
    name: row.name as string,
    priceMinor: minorFrom(row.price as string, digits),
    available: row.stock_quantity as number,
    isOffered: row.is_offered as boolean,
  };
}

/** The column keeps two decimals whatever the currency; a price with more decimals is an error. */
function minorFrom(price: string, digits: number): number {
  const minor = toMinor(price, digits);
  if (minor === undefined)
    throw new RangeError(`a price of ${price} needs more than ${digits} digits`);
  return minor;
}
