/**
 * The statements of the archive. Reservations are walked by their key, which needs no index of its
 * own: order ids are of version 7, so the old ones come first. Others are anywhere behind all of
 * these.
 */
const NOW_MS = `extract(epoch FROM now()) * 1000`;
const DAY_MS = 86_400_000;
/** No id of version 7 made before that time is greater. */
const idOf = (ms: string) => `rpad(lpad(to_hex((${ms})::bigint), 12, '0'), 32, '0')::uuid`;

/** Behind `old` nothing of version 7 is old enough, behind `others` nothing is of version 7. */
export const BOUNDS = `
SELECT ${idOf(`${NOW_MS} - $1::float8 * ${DAY_MS}`)} AS old, ${idOf(`${NOW_MS} + ${DAY_MS}`)} AS others`;

const IS_OLD = `status <> 'ACTIVE' AND updated_at < now() - $1::float8 * interval '1 day'`;

/** The next reservations from an id on, up to another one. */
export const NEXT = `
SELECT order_id AS id, ${IS_OLD} AS old FROM reservations
WHERE order_id >= $2::uuid AND ($3::uuid IS NULL OR order_id < $3::uuid)
ORDER BY order_id LIMIT $4`;

/** Whatever is just being done about a reservation goes first; it is archived another time. */
export const LOCK_OLD = `
SELECT order_id AS id FROM reservations WHERE order_id = ANY ($2::uuid[]) AND ${IS_OLD}
ORDER BY order_id FOR UPDATE SKIP LOCKED`;

/**
 * For reservations that are locked: what they had sold, without what came back, goes to the ledger; they and
 * their lines go.
 */
export const ARCHIVE = `
WITH reservation AS (
  DELETE FROM reservations WHERE order_id = ANY ($1::uuid[]) RETURNING order_id, status
), line AS (
  DELETE FROM reservation_items WHERE order_id = ANY ($1::uuid[])
  RETURNING order_id, product_id, quantity - returned - written_off AS quantity
)
INSERT INTO stock_ledger (product_id, change, kind)
SELECT product_id, -sum(quantity), 'SOLD' FROM line JOIN reservation USING (order_id)
WHERE status = 'CONSUMED' GROUP BY product_id HAVING sum(quantity) > 0 ORDER BY product_id`;
