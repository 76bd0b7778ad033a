import { SETTLED } from './read-sagas.js';
import type { KeptDays } from './rows.js';

/** Lines in the one form in which orders and reservations are compared; `items` has one row per product. */
const LINES = `string_agg(product_id || ' x' || quantity || ' at ' || price, ', ' ORDER BY product_id)`;

/** Rows of `OrderRow`, in the order of their ids. */
export function ordersSql(kept: KeptDays): string {
  return `
SELECT id AS "orderId", saga_id AS "sagaId", updated_at <= now() - ${SETTLED} AS settled,
  updated_at <= now() - ${days(kept.sagas)} AND status <> 'PENDING' AS "sagaMayBeGone",
  created_at <= now() - ${days(kept.holds)} AS "reservationMayBeGone",
  status, coalesce(stage, '') AS stage, kind, cancellation_id AS "cancellationId",
  total_amount AS total, currency, lines, lines_total AS "linesTotal"
FROM orders LEFT JOIN (
  SELECT order_id, ${LINES} AS lines, sum(quantity * price) AS lines_total
  FROM (
    SELECT order_id, product_id, sum(quantity) AS quantity, price_at_purchase AS price
    FROM order_items GROUP BY order_id, product_id, price_at_purchase
  ) AS items GROUP BY order_id
) AS each ON order_id = id
ORDER BY id`;
}

function days(count: number): string {
  return `${count} * interval '1 day'`;
}

/** Rows of `ReservationRow`, in the order of their orders' ids. */
export const RESERVATIONS = `
SELECT order_id AS "orderId", saga_id AS "sagaId",
  updated_at <= now() - ${SETTLED} AS settled, status, lines, coalesce("isBack", false) AS "isBack",
  (SELECT count(*)::int FROM stock_returns back WHERE back.order_id = reservations.order_id) AS returns,
  extract(epoch FROM expires_at)::float8 AS "expiresAtS"
FROM reservations LEFT JOIN (
  SELECT order_id, ${LINES} AS lines, bool_and(returned + written_off = quantity) AS "isBack"
  FROM (SELECT *, unit_price AS price FROM reservation_items) AS items GROUP BY order_id
) AS each USING (order_id)
ORDER BY order_id`;

/** Rows of `PaymentRow`, in the order of their orders' ids. */
export const PAYMENTS = `
SELECT order_id AS "orderId", saga_id AS "sagaId",
  updated_at <= now() - ${SETTLED} AS settled, status, payments.amount, payments.currency,
  decision, charges.amount AS charged, charges.currency AS "chargedCurrency",
  refunds.amount AS refunded, refunded_amount AS "refundedAmount", flow,
  extract(epoch FROM now() - updated_at)::float8 AS "unchangedS"
FROM payments LEFT JOIN bank.charges ON charges.key = provider_key
LEFT JOIN bank.refunds ON refunds.key = provider_key
ORDER BY order_id`;

/** Rows of `SharedSaga`. */
export const SHARED_SAGAS = `
SELECT saga_id AS "sagaId", count(*)::int AS orders, min(id::text) AS one, max(id::text) AS other
FROM orders WHERE saga_id IS NOT NULL GROUP BY saga_id HAVING count(*) > 1`;

/** Rows of `ProductRow`. */
export const PRODUCTS = `
SELECT product_id AS "productId", coalesce(received, 0)::float8 AS received,
  coalesce(stock_quantity, 0) AS stock,
  coalesce(held, 0)::float8 AS held,
  (coalesce(consumed, 0) + coalesce(archived, 0))::float8 AS consumed
FROM (SELECT id AS product_id, stock_quantity FROM products) AS shelf
FULL JOIN (
  SELECT product_id, sum(change) FILTER (WHERE kind <> 'SOLD') AS received,
    -sum(change) FILTER (WHERE kind = 'SOLD') AS archived
  FROM stock_ledger GROUP BY product_id
) AS ledger USING (product_id)
FULL JOIN (
  SELECT product_id, sum(quantity) FILTER (WHERE status = 'ACTIVE') AS held,
    sum(quantity - returned - written_off) FILTER (WHERE status = 'CONSUMED') AS consumed
  FROM reservation_items JOIN reservations USING (order_id) GROUP BY product_id
) AS taken USING (product_id)`;

/**
 * Rows of `StrayCharge`. Only the charge of the attempt that succeeded is the payment's; what other
 * attempts left is not charged. Live attempts are under way.
 */
export const STRAY_CHARGES = `
SELECT key, decision FROM bank.charges
WHERE NOT EXISTS (SELECT FROM payments WHERE provider_key = charges.key)
  AND NOT (decision <> 'APPROVED' AND EXISTS (SELECT FROM bank.intents WHERE ref = charges.key))
  AND NOT EXISTS (
    SELECT FROM payment_attempts
    WHERE provider_ref = charges.key AND status IN ('SUBMITTED', 'REQUIRES_ACTION'))`;
