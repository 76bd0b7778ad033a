/**
 * Counts one more failure in a row, and returns how many there are. A row that was not touched for
 * long counts from one again.
 */
export const COUNT_FAILURE = `
INSERT INTO attempts AS a (key, points, expire) VALUES ($1, 1, $3)
ON CONFLICT (key) DO UPDATE SET expire = excluded.expire,
  points = CASE WHEN a.expire <= $2 THEN 1 ELSE a.points + 1 END
RETURNING points`;

export const REMOVE_EXPIRED = `DELETE FROM attempts WHERE expire <= $1`;
