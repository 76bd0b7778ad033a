/** Events are appended one after another: each holds the hash of the one before. */
export const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('identity events', 0))`;

const COLUMNS = `seq::float8 AS seq, round(extract(epoch FROM at) * 1000)::float8 AS "atMs", actor, action,
  subject, outcome, network, request_id AS "requestId", previous_hash AS "previousHash", hash`;

export const LAST = `SELECT ${COLUMNS} FROM identity_events ORDER BY seq DESC LIMIT 1`;

export const INSERT = `
INSERT INTO identity_events
  (seq, at, actor, action, subject, outcome, network, request_id, previous_hash, hash)
VALUES ($1, to_timestamp($2::float8 / 1000), $3, $4, $5, $6, $7, $8, $9, $10)`;

export const AFTER = `
SELECT ${COLUMNS} FROM identity_events WHERE seq > $1 ORDER BY seq LIMIT $2`;
