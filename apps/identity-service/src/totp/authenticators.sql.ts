export const FIND = `
SELECT sealed, last_step, confirmed_at IS NOT NULL AS is_confirmed
FROM authenticators WHERE user_id = $1`;

/** A secret that was not confirmed is replaced by another one. */
export const OFFER = `
INSERT INTO authenticators AS a (user_id, sealed) VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0
WHERE a.confirmed_at IS NULL`;

export const USE_STEP = `
UPDATE authenticators SET last_step = $2
WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL`;

export const CONFIRM = `
UPDATE authenticators SET last_step = $2, confirmed_at = now()
WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NULL`;
