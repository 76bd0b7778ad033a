export const LIST = `
SELECT kid, alg, public_jwk, sealed, state, extract(epoch FROM state_at) * 1000 AS state_at_ms
FROM signing_keys ORDER BY state_at`;

/** Processes that rotate at the same time do it one after another. */
export const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('signing keys', 0))`;

export const INSERT = `
INSERT INTO signing_keys (kid, alg, public_jwk, sealed, state) VALUES ($1, $2, $3, $4, $5)`;

export const SET_STATE = `
UPDATE signing_keys SET state = $2, state_at = now() WHERE kid = $1`;

export const REMOVE = `DELETE FROM signing_keys WHERE kid = ANY ($1::text[])`;
