const at = (parameter: string) => `to_timestamp(${parameter}::float8 / 1000)`;

/** A newer token replaces those before of the same purpose. */
export const DROP_OLDER = `
DELETE FROM one_time_tokens WHERE subject = $1 AND purpose = $2 AND used_at IS NULL`;

export const INSERT = `
INSERT INTO one_time_tokens (sha256, purpose, subject, data, created_at, expires_at)
VALUES ($1, $2, $3, $4, ${at('$5')}, ${at('$6')})`;

/** The token, if it is of this purpose, was not used and has not expired; it is used then. */
export const USE = `
UPDATE one_time_tokens SET used_at = ${at('$3')}
WHERE sha256 = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > ${at('$3')}
RETURNING subject, data`;

export const REMOVE_EXPIRED = `
DELETE FROM one_time_tokens WHERE expires_at < ${at('$1')} - interval '1 day'`;
