export const DISABLE_CLIENTS = `
UPDATE clients SET disabled_at = now() WHERE owner = $1 AND disabled_at IS NULL`;

/** Only of an account that begin() disabled. */
export const DELETE_ACCOUNT = `DELETE FROM users WHERE id = $1 AND status = 'disabled'`;
