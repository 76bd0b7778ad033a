import type { FinishedSaga, KeyAnswer, MovingSaga, SagasReading, Story } from './reading.js';
import type { Query } from './snapshot.js';

/** Effects are committed before their saga ends; so long after its end, they are seen everywhere. */
export const SETTLED = `interval '5 seconds'`;
const FINISHED = `status IN ('DONE', 'COMPENSATED') AND updated_at <= now() - ${SETTLED}`;
const SAGAS_SHOWN_MAX = 20;

export async function readSagas(query: Query): Promise<SagasReading> {
  return {
    finished: await query<FinishedSaga>(
      `SELECT saga_id AS "sagaId", order_id AS "orderId", status FROM saga_state WHERE ${FINISHED}`,
    ),
    moving: await query<MovingSaga>(
      `SELECT saga_id AS "sagaId", order_id AS "orderId", status, current_step AS "currentStep",
          extract(epoch FROM now() - saga_deadline_at)::float8 AS "overdueS",
          extract(epoch FROM now() - wake_at)::float8 AS "unattendedS",
          needs_attention AS "needsAttention", last_error->>'code' AS "lastError"
        FROM saga_state WHERE NOT (${FINISHED})`,
    ),
    stories: await query<Story>(
      `SELECT status, rows, count(*)::int AS count,
          (array_agg(saga_id::text))[1:${SAGAS_SHOWN_MAX}] AS "sagaIds"
        FROM (
          SELECT saga_state.status, saga_id, coalesce(string_agg(
              step || ':' || saga_logs.status ||
              CASE WHEN data->>'outcome' = 'unknown' THEN ':unknown' ELSE '' END,
              ' ' ORDER BY saga_logs.created_at), '') AS rows
          FROM saga_state LEFT JOIN saga_logs USING (saga_id)
          WHERE definition = 'checkout' AND saga_state.${FINISHED}
          GROUP BY saga_state.status, saga_id
        ) AS each GROUP BY status, rows`,
    ),
    keysWithoutSaga: await query(
      `SELECT caller || ' ' || key AS key, saga_id AS "sagaId" FROM idempotency_keys
        WHERE answer IS NULL
          AND NOT EXISTS (SELECT FROM saga_state WHERE saga_state.saga_id = idempotency_keys.saga_id)`,
    ),
    answers: await query<KeyAnswer>(
      `SELECT caller || ' ' || key AS key, saga_id AS "sagaId", answer->>'orderId' AS "orderId",
          answer->>'status' AS status
        FROM idempotency_keys WHERE answer IS NOT NULL`,
    ),
  };
}
