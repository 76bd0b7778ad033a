import { ACCOUNT } from '../accounts/accounts.sql.js';

/** Changes of admins are made one after another, so that one of them is always left. */
export const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('admins', 0))`;

export const LIST = `
SELECT ${ACCOUNT} FROM users u
WHERE u.id > $1 AND ($2::text IS NULL OR u.email = $2) ORDER BY u.id LIMIT $3`;

export const UPDATE = `
UPDATE users AS u SET roles = coalesce($2::text[], u.roles), status = coalesce($3, u.status)
WHERE u.id = $1 RETURNING ${ACCOUNT}`;

export const ADMINS = `
SELECT count(*)::integer AS admins FROM users WHERE 'admin' = ANY (roles) AND status = 'active'`;

export const IS_ADMIN = `
SELECT FROM users WHERE id = $1 AND 'admin' = ANY (roles) AND status = 'active'`;

/** An account that waits for its owner; the password hash fits no password. */
export const INSERT_INVITED = `
INSERT INTO users (id, email, password_hash, name, roles) VALUES ($1, $2, $3, $4, '{}')
ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id`;

export const MAKE_ADMIN = `
UPDATE users SET roles = array_append(array_remove(roles, 'admin'), 'admin'), status = 'active' WHERE id = $1`;
