/** An order whose row does not follow from its events, or whose events contradict each other. */
export interface BrokenOrder {
  orderId: string;
  what: string;
}

/** Which histories there are, and the status that each makes. */
const STATUS_OF = `CASE types WHEN 'CREATED' THEN 'PENDING' WHEN 'CREATED CONFIRMED' THEN 'CONFIRMED'
  WHEN 'CREATED CANCELLED' THEN 'CANCELLED' WHEN 'CANCELLED_UNSEEN' THEN 'CANCELLED' END`;

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
    WHEN told AND ((data->>'userId', actor, (data->>'totalAmount')::numeric, data->>'currency')
      IS DISTINCT FROM (user_id, caller, total_amount, currency::text))
      THEN 'its row has another user, caller or total than its first event'
    END AS what
  FROM (
    SELECT order_id, count(*)::int AS events, min(sequence) AS first, max(sequence) AS last,
      bool_or(schema IS NOT NULL AND created_at <= before) AS falls,
      string_agg(type, ' ' ORDER BY sequence) AS types,
      bool_or(sequence = 1 AND schema IS NOT NULL) AS told,
      (array_agg(data ORDER BY sequence))[1] AS data,
      (array_agg(actor ORDER BY sequence))[1] AS actor
    FROM (
      SELECT *, lag(created_at) OVER (PARTITION BY order_id ORDER BY sequence) AS before
      FROM order_events
    ) AS one GROUP BY order_id
  ) AS history FULL JOIN orders ON id = order_id
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
