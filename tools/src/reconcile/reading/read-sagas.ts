import { recordedSteps } from '@backstitch/saga-engine';
import type { Definitions, OfDefinition, LogHistory } from './rows.js';
import type { Snapshot } from './snapshot.js';

/** Effects are committed before their saga ends; so long after its end, they are seen everywhere. */
export const SETTLED = `interval '5 seconds'`;
const FINISHED = `status IN ('DONE', 'COMPENSATED') AND updated_at <= now() - ${SETTLED}`;
const SAGAS_SHOWN_MAX = 20;
const DEFINITION = `definition, definition_version AS "definitionVersion"`;

/** Rows of `FinishedSaga`, in the order of their orders' ids. */
export const FINISHED_SAGAS = `
SELECT saga_id AS "sagaId", order_id AS "orderId", status, ${DEFINITION}
FROM saga_state WHERE ${FINISHED}
ORDER BY order_id`;

/** Rows of `MovingSaga`, in the order of their orders' ids. */
export const MOVING_SAGAS = `
SELECT saga_id AS "sagaId", order_id AS "orderId", status, ${DEFINITION}, current_step AS "currentStep",
  extract(epoch FROM now()
    - CASE WHEN status = 'WAITING' THEN due_at ELSE saga_deadline_at END)::float8 AS "overdueS",
  extract(epoch FROM due_at)::float8 AS "dueAtS",
  extract(epoch FROM now() - wake_at)::float8 AS "unattendedS",
  needs_attention AS "needsAttention", last_error->>'code' AS "lastError"
FROM saga_state WHERE NOT (${FINISHED})
ORDER BY order_id`;

/** Rows of `KeyAnswer`, in the order of what they name as an order's id. */
export const ANSWERS = `
SELECT caller || ' ' || key AS key, saga_id AS "sagaId", answer->>'orderId' AS "orderId",
  answer->>'status' AS status
FROM idempotency_keys WHERE answer IS NOT NULL
ORDER BY coalesce(answer->>'orderId', '') COLLATE "C"`;

const TOLD = `
SELECT definition, definition_version, saga_state.status, saga_id, coalesce(string_agg(
    step || ':' || saga_logs.status ||
    CASE WHEN data->>'outcome' = 'unknown' THEN ':unknown' ELSE '' END,
    ' ' ORDER BY saga_logs.created_at), '') AS rows
FROM saga_state LEFT JOIN saga_logs USING (saga_id)
WHERE saga_state.${FINISHED}
GROUP BY definition, definition_version, saga_state.status, saga_id`;

/** The definitions that the orchestrators put on record: what every saga's log is compared with. */
export async function readDefinitions(sagas: Snapshot): Promise<Definitions> {
  const rows = await sagas.query<OfDefinition & { fingerprint: string }>(
    `SELECT name AS definition, version AS "definitionVersion", fingerprint FROM saga_definitions`,
  );
  const steps = new Map(rows.map((row) => [nameOf(row), recordedSteps(row.fingerprint)]));
  return { stepsOf: (saga) => steps.get(nameOf(saga)) };
}

function nameOf({ definition, definitionVersion }: OfDefinition): string {
  return `${definition}@${definitionVersion}`;
}

/** How many sagas are unfinished, or finished only a moment ago. */
export async function countMoving(sagas: Snapshot): Promise<number> {
  const sql = `SELECT count(*)::int AS moving FROM saga_state WHERE NOT (${FINISHED})`;
  return (await sagas.query<{ moving: number }>(sql))[0]!.moving;
}

/** About how many sagas there are; 0 when the database does not know. */
export async function estimateSagas(sagas: Snapshot): Promise<number> {
  const sql = `SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class
    WHERE oid = 'saga_state'::regclass`;
  return (await sagas.query<{ rows: number }>(sql))[0]!.rows;
}

/** Of these sagas the ones that are there, finished or not. */
export async function sagasThere(
  sagas: Snapshot,
  sagaIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (sagaIds.length === 0) return new Set();
  const sql = `SELECT saga_id AS id FROM saga_state WHERE saga_id = ANY ($1::uuid[])`;
  return new Set((await sagas.query<{ id: string }>(sql, [sagaIds])).map(({ id }) => id));
}

/** The logs of the finished sagas, each different one once: dozens, for millions of sagas. */
export function readLogHistories(sagas: Snapshot): Promise<LogHistory[]> {
  return sagas.query(
    `SELECT ${DEFINITION}, status, rows, count(*)::int AS count FROM (${TOLD}) AS told
      GROUP BY definition, definition_version, status, rows`,
  );
}

/** Some of the sagas with exactly this log history. */
export async function sagasWith(sagas: Snapshot, history: LogHistory): Promise<string[]> {
  const sql = `SELECT saga_id AS id FROM (${TOLD}) AS told
    WHERE status = $1 AND rows = $2 AND definition = $3 AND definition_version = $4
    ORDER BY saga_id LIMIT ${SAGAS_SHOWN_MAX}`;
  const values = [history.status, history.rows, history.definition, history.definitionVersion];
  return (await sagas.query<{ id: string }>(sql, values)).map(({ id }) => id);
}

/** Rows of `KeyOfNoSaga`. */
export const KEYS_OF_NO_SAGA = `
SELECT caller || ' ' || key AS key, saga_id AS "sagaId" FROM idempotency_keys
WHERE answer IS NULL
  AND NOT EXISTS (SELECT FROM saga_state WHERE saga_state.saga_id = idempotency_keys.saga_id)`;
