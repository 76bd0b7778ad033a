import { ACCOUNT } from '../accounts/accounts.sql.js';

const at = (parameter: string) => `to_timestamp(${parameter}::float8 / 1000)`;
const ms = (column: string) => `extract(epoch FROM s.${column})::float8 * 1000`;

/** No row when the account was changed since it was read: what changes it ends its sessions before. */
export const INSERT = `
INSERT INTO sessions (id, user_id, seed, amr, auth_time, rotated_at, created_at, idle_until, absolute_until)
SELECT $1, u.id, $3, $4, ${at('$5')}, ${at('$5')}, ${at('$5')}, ${at('$6')}, ${at('$7')}
FROM users u
WHERE u.id = $2 AND u.status = 'active' AND u.login_suspended_at IS NULL
  AND (extract(epoch FROM u.password_changed_at) * 1000000)::bigint = $8::bigint
FOR SHARE`;

/** The session of a refresh token and its account, while no other request may rotate it. */
export const LOCK = `
SELECT s.id AS sid, s.seed, s.generation, ${ms('rotated_at')} AS "rotatedAtMs",
  ${ms('idle_until')} AS "idleUntilMs", ${ms('absolute_until')} AS "absoluteUntilMs",
  ${ms('revoked_at')} AS "revokedAtMs", ${ms('auth_time')} AS "authTimeMs", s.amr, ${ACCOUNT}
FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 FOR UPDATE OF s`;

export const ROTATE = `
UPDATE sessions SET generation = $2, rotated_at = ${at('$3')}, idle_until = ${at('$4')} WHERE id = $1`;

export const REVOKE = `
UPDATE sessions SET revoked_at = ${at('$2')}, why = $3 WHERE id = $1 AND revoked_at IS NULL`;

const IS_LIVE = `s.revoked_at IS NULL AND s.idle_until > ${at('$2')} AND s.absolute_until > ${at('$2')}`;

/** The account of a live session. */
export const LIVE = `
SELECT s.id AS sid, ${ms('auth_time')} AS "authTimeMs", s.amr, ${ACCOUNT}
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $1 AND ${IS_LIVE} AND u.status = 'active'`;

export const LIST = `
SELECT s.id, s.created_at AS "createdAt", s.rotated_at AS "usedAt", s.amr
FROM sessions s WHERE s.user_id = $1 AND ${IS_LIVE} ORDER BY s.created_at DESC LIMIT 100`;

/** A session of this account; no row when there is none that is live. */
export const END = `
UPDATE sessions SET revoked_at = ${at('$3')}, why = $4
WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING id`;

/** All sessions of an account but one, which may be null. */
export const END_OTHERS = `
UPDATE sessions SET revoked_at = ${at('$3')}, why = $4
WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid`;

/** A second factor was shown just now. */
export const STEP_UP = `
UPDATE sessions SET auth_time = ${at('$2')}, amr = $3 WHERE id = $1 AND revoked_at IS NULL`;

/** Sessions that ended since then, for gateways; the oldest of their tokens lives for minutes. */
export const ENDED_SINCE = `
SELECT id FROM sessions WHERE revoked_at > ${at('$1')} LIMIT 10000`;

/** Sessions that ended a day ago: until then a gateway must learn that they did. */
export const REMOVE_EXPIRED = `
DELETE FROM sessions
WHERE least(idle_until, absolute_until, revoked_at) < ${at('$1')} - interval '1 day'`;
