const CLIENT = `client_id AS "clientId", scopes, owner, created_at AS "createdAt",
  expires_at AS "expiresAt", last_used_at AS "lastUsedAt", disabled_at AS "disabledAt"`;

export const INSERT = `
INSERT INTO clients (client_id, secret_sha256, scopes, owner, expires_at)
VALUES ($1, $2, $3, $4, now() + make_interval(days => $5)) RETURNING ${CLIENT}`;

export const LIST = `SELECT ${CLIENT} FROM clients ORDER BY created_at DESC LIMIT 200`;

export const DISABLE = `
UPDATE clients SET disabled_at = now() WHERE client_id = $1 AND disabled_at IS NULL`;

/** The scopes of a client whose secret this is and that may be used. */
export const USE = `
UPDATE clients SET last_used_at = now()
WHERE client_id = $1 AND secret_sha256 = $2 AND disabled_at IS NULL AND expires_at > now()
RETURNING scopes`;
