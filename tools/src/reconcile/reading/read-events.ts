/** An order whose row does not follow from its events, or whose events contradict each other. */
export interface BrokenOrder {
  orderId: string;
  what: string;
}

/** The histories that there are, of plain orders and of orders of a marketplace. */
const PLAIN = `^(CANCELLED_UNSEEN|CREATED( CANCELLED| CONFIRMED( PREPARING( READY)?)?( FULFILLED| CANCELLING( CANCELLED)?)?)?)$`;
const MARKETPLACE = `^CREATED(( AWAITING_PAYMENT( PAID( PREPARING( READY)?)?)?)?( CANCELLED)?| AWAITING_PAYMENT PAID( PREPARING( READY)?)? FULFILLED)$`;

/** The stage, and the status, that a history makes; null for events that do not follow each other. */
const STAGE_OF = `CASE
  WHEN types !~ CASE WHEN data->>'kind' = 'MARKETPLACE' THEN '${MARKETPLACE}' ELSE '${PLAIN}' END
    THEN NULL
  WHEN final = 'CANCELLED_UNSEEN' THEN 'CANCELLED'
  WHEN final = 'CREATED' AND data->>'kind' = 'MARKETPLACE' THEN 'AWAITING_SELLER'
  WHEN final = 'CREATED' THEN 'PLACED' ELSE final END`;
const STATUS_OF = `CASE WHEN made IN ('PLACED', 'AWAITING_SELLER', 'AWAITING_PAYMENT') THEN 'PENDING'
  WHEN made = 'CANCELLED' THEN 'CANCELLED' WHEN made IS NOT NULL THEN 'CONFIRMED' END`;

/**
 * Rows of `BrokenOrder`. The event of an earlier release has no schema: it has no data, and its time may be
 * that of the event before.
 */
export const BROKEN_ORDERS = `
SELECT * FROM (
  SELECT coalesce(id, order_id) AS "orderId", CASE
    WHEN order_id IS NULL THEN status || ', and it has no event'
    WHEN first <> 1 OR events <> last THEN 'of its events 1 to ' || last || ' there are ' || events
    WHEN falls THEN 'its events have times that do not rise: ' || types
    WHEN ${STATUS_OF} IS NULL THEN 'its events do not follow each other: ' || types
    WHEN id IS NULL THEN 'its events are ' || types || ', and it has no row'
    WHEN version <> last OR status <> ${STATUS_OF}
      THEN status || ' in version ' || version || ', its events are ' || types
    -- An earlier release writes the status alone.
    WHEN stage <> made AND stage <> 'PLACED' THEN stage || ', its events are ' || types
    WHEN cancellation_id::text IS DISTINCT FROM cancellation
      THEN 'its row has another cancellation than its events'
    WHEN told AND ((data->>'userId', actor, (data->>'totalAmount')::numeric, data->>'currency',
        data->>'kind', data->>'sellerId')
      IS DISTINCT FROM (user_id, caller, total_amount, currency::text, kind, seller_id))
      THEN 'its row has another user, caller, seller or total than its first event'
    END AS what
  FROM (SELECT *, ${STAGE_OF} AS made FROM (
    SELECT order_id, count(*)::int AS events, min(sequence) AS first, max(sequence) AS last,
      bool_or(schema IS NOT NULL AND created_at <= before) AS falls,
      string_agg(type, ' ' ORDER BY sequence) AS types,
      (array_agg(type ORDER BY sequence DESC))[1] AS final,
      max(data->>'cancellationId') FILTER (WHERE type = 'CANCELLING') AS cancellation,
      bool_or(sequence = 1 AND schema IS NOT NULL) AS told,
      (array_agg(data ORDER BY sequence))[1] AS data,
      (array_agg(actor ORDER BY sequence))[1] AS actor
    FROM (
      SELECT *, lag(created_at) OVER (PARTITION BY order_id ORDER BY sequence) AS before
      FROM order_events
    ) AS one GROUP BY order_id
  ) AS events) AS history FULL JOIN orders ON id = order_id
) AS compared WHERE what IS NOT NULL`;

/** Rows of `UnpublishedEvent`. */
export interface UnpublishedEvent {
  orderId: string;
  sequence: number;
  ageS: number;
}

const PUBLISHED_WITHIN_S = 60;

/** What the relay should have published by now. */
export const UNPUBLISHED_EVENTS = `
SELECT order_id AS "orderId", sequence,
  extract(epoch FROM now() - created_at)::float8 AS "ageS"
FROM order_outbox JOIN order_events USING (order_id, sequence)
WHERE created_at < now() - ${PUBLISHED_WITHIN_S} * interval '1 second'
ORDER BY order_id, sequence`;
