import { placeTime } from '../before-place.js';

/** An action on one saga takes a few seconds at most. */
const LEASE = `clock_timestamp() + interval '30 seconds'`;

export const PREVIEW = `
INSERT INTO saga_previews (id, action, saga_ids, made_by, expires_at)
VALUES ($1, $2, $3, $4, now() + interval '10 minutes')
RETURNING expires_at AS "expiresAt"`;

export const REMOVE_OLD = `
DELETE FROM saga_previews WHERE expires_at < now() - interval '1 day'`;

/** The operation and its items are there together, or not at all. */
export const START = `
WITH preview AS (
  SELECT id, action, saga_ids FROM saga_previews
  WHERE id = $2::uuid AND expires_at > now() AND cardinality(saga_ids) > 0
), started AS (
  INSERT INTO bulk_operations
    (id, preview_id, action, operator, caller, token_id, reason, per_second)
  SELECT $1::uuid, id, action, $3::text, $4::text, $5::text, $6::text, $7::integer FROM preview
  ON CONFLICT (preview_id) DO NOTHING RETURNING id
)
INSERT INTO bulk_items (bulk_id, position, saga_id)
SELECT started.id, item.position, item.saga_id
FROM started, preview, unnest(preview.saga_ids) WITH ORDINALITY AS item (saga_id, position)
RETURNING position`;

export const OF_PREVIEW = `SELECT id FROM bulk_operations WHERE preview_id = $1::uuid`;

export const FIND_BULK = `
SELECT id, preview_id AS "previewId", action, operator, reason, per_second AS "perSecond", state,
  ${placeTime('started_at')} AS "startedAt", ${placeTime('ended_at')} AS "endedAt",
  stopped_by AS "stoppedBy",
  (SELECT json_agg(json_build_object('id', saga_id, 'outcome', outcome, 'why', why)
      ORDER BY position)
    FROM bulk_items WHERE bulk_id = bulk_operations.id) AS items
FROM bulk_operations WHERE id = $1::uuid`;

export const STOP = `
WITH stopped AS (
  UPDATE bulk_operations SET state = 'stopped', stopped_by = $2::text, ended_at = clock_timestamp()
  WHERE id = $1::uuid AND state = 'running' RETURNING id
), items AS (
  UPDATE bulk_items SET outcome = 'stopped' FROM stopped
  WHERE bulk_id = stopped.id AND begun_at IS NULL AND outcome IS NULL
)
SELECT id FROM stopped`;

/** What was begun by an instance that is gone may have been done. */
export const CLAIM = `
WITH claimed AS (
  UPDATE bulk_operations SET owner = $1::uuid, lease_until = ${LEASE}
  WHERE id = (
    SELECT id FROM bulk_operations
    WHERE state = 'running'
      AND (owner = $1::uuid OR lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING id, action, per_second, operator, caller, token_id, reason
), unknown AS (
  UPDATE bulk_items SET outcome = 'unknown', ended_at = clock_timestamp(),
    why = 'Its orchestrator ended while it acted. Read the saga.'
  FROM claimed WHERE bulk_id = claimed.id AND begun_at IS NOT NULL AND outcome IS NULL
)
SELECT id, action, per_second AS "perSecond", operator, caller, token_id AS "tokenId", reason
FROM claimed`;

/** Only while the operation runs and this instance has its lease, which lasts on. */
export const BEGIN_ITEM = `
WITH mine AS (
  UPDATE bulk_operations SET lease_until = ${LEASE}
  WHERE id = $1::uuid AND owner = $2::uuid AND state = 'running' RETURNING id
)
UPDATE bulk_items SET begun_at = clock_timestamp()
FROM mine
WHERE bulk_id = mine.id AND begun_at IS NULL AND outcome IS NULL AND position = (
  SELECT min(position) FROM bulk_items
  WHERE bulk_id = $1::uuid AND begun_at IS NULL AND outcome IS NULL
)
RETURNING position, saga_id AS "sagaId"`;

export const END_ITEM = `
UPDATE bulk_items SET outcome = $3, why = $4, ended_at = clock_timestamp()
WHERE bulk_id = $1::uuid AND position = $2 AND (outcome IS NULL OR outcome = 'unknown')`;

export const END_BULK = `
UPDATE bulk_operations SET state = 'done', ended_at = clock_timestamp()
WHERE id = $1::uuid AND owner = $2::uuid AND state = 'running'
  AND NOT EXISTS (SELECT FROM bulk_items WHERE bulk_id = $1::uuid AND outcome IS NULL)`;
