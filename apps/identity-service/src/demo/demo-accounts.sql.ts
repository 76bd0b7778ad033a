/** The account as the demo has it, whatever was changed. Not when another account has its address. */
export const RESTORE_ACCOUNT = `
INSERT INTO users (id, email, password_hash, name, roles, email_verified_at, is_demo)
VALUES ($1, $2, $3, $4, $5, now(), true)
ON CONFLICT (id) DO UPDATE SET email = excluded.email, password_hash = excluded.password_hash,
  name = excluded.name, roles = excluded.roles, status = 'active', is_demo = true,
  email_verified_at = coalesce(users.email_verified_at, now()), login_suspended_at = NULL`;

/** A code that was used stays used. */
export const RESTORE_AUTHENTICATOR = `
INSERT INTO authenticators AS a (user_id, sealed, confirmed_at) VALUES ($1, $2, now())
ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed,
  confirmed_at = coalesce(a.confirmed_at, now())`;

export const REMOVE_AUTHENTICATOR = 'DELETE FROM authenticators WHERE user_id = $1';

export const ENABLED = `SELECT email FROM users WHERE is_demo AND status = 'active' ORDER BY email`;
