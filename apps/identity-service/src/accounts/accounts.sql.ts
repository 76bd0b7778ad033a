/** The columns of an Account, by its names. */
export const ACCOUNT = `u.id, u.email, u.email_verified_at AS "emailVerifiedAt",
  u.password_hash AS "passwordHash", u.name, u.roles, u.status,
  (extract(epoch FROM u.password_changed_at) * 1000000)::bigint::text AS "passwordVersion",
  u.login_suspended_at AS "loginSuspendedAt", u.created_at AS "createdAt"`;

/** No row when the address is taken. */
export const INSERT = `
INSERT INTO users AS u (id, email, password_hash, name, roles, email_verified_at)
VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 THEN now() END)
ON CONFLICT (email) DO NOTHING RETURNING ${ACCOUNT}`;

export const BY_EMAIL = `SELECT ${ACCOUNT} FROM users u WHERE u.email = $1`;

export const BY_ID = `SELECT ${ACCOUNT} FROM users u WHERE u.id = $1`;

export const SET_NAME = `UPDATE users AS u SET name = $2 WHERE u.id = $1 RETURNING ${ACCOUNT}`;

/** For other parameters of the hash: the password stays. Nothing when it was changed meanwhile. */
export const SET_HASH = `UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2`;

export const SET_PASSWORD = `
UPDATE users SET password_hash = $2, password_changed_at = now() WHERE id = $1`;

/** No row when there is no such account, or it is suspended. */
export const SUSPEND = `
UPDATE users SET login_suspended_at = now() WHERE email = $1 AND login_suspended_at IS NULL
RETURNING id`;

export const END_SUSPENSION = `UPDATE users SET login_suspended_at = NULL WHERE id = $1`;

/** A link that was sent to the address proves whose it is. */
export const SET_VERIFIED = `
UPDATE users SET email_verified_at = coalesce(email_verified_at, now()) WHERE id = $1`;

/** No row when another account has the address, or the account is gone. */
export const SET_EMAIL = `
UPDATE users SET email = $2, email_verified_at = now() WHERE id = $1
  AND NOT EXISTS (SELECT FROM users other WHERE other.email = $2) RETURNING id`;
