/**
 * A revocation matters while a token that was issued before it may be valid. A token lives for ten
 * minutes; the rest is for clocks that differ.
 */
const MATTERS = `r.at > now() - interval '15 minutes'`;

/** A token may be issued by a clock that is ahead of the database's by so much. */
const AHEAD_S = 60;

/**
 * The revocations of transactions that were not finished at the snapshot `since`, so that none is
 * missed that commits late; the clock does not matter. A `since` beyond this database is of
 * another one: then all that matters. `next` is the begin of the next round.
 */
export const REVOCATIONS = `
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS next,
  (SELECT coalesce(json_agg(kid ORDER BY kid), '[]') FROM signing_keys WHERE state <> 'revoked') AS kids,
  (SELECT coalesce(json_agg(page ORDER BY page.seq), '[]') FROM (
    SELECT r.seq, r.kind, r.key, ceil(extract(epoch FROM r.at))::bigint + ${AHEAD_S} AS "issuedBeforeS",
      CASE WHEN u.status = 'active' THEN u.roles END AS roles
    FROM revocations r
    LEFT JOIN users u ON u.id = CASE WHEN r.kind = 'user' THEN r.key::uuid END
    WHERE r.transaction >= CASE WHEN $1::xid8 > pg_snapshot_xmax(pg_current_snapshot())
        THEN '0'::xid8 ELSE $1::xid8 END
      AND r.seq > $2 AND ${MATTERS}
    ORDER BY r.seq LIMIT $3
  ) page) AS revocations`;

/** Counts one process as a gateway for some seconds. */
export const SEE_GATEWAY = `
INSERT INTO edge_gateways (gateway, synced_at) VALUES ($1, clock_timestamp())
ON CONFLICT (gateway) DO UPDATE SET synced_at = excluded.synced_at`;

export const SAVE_COUNTERS = `
INSERT INTO edge_counters (key, gateway, used, ends_at)
SELECT key, $1, used, clock_timestamp() + make_interval(secs => ends_in_ms / 1000.0)
FROM unnest($2::text[], $3::integer[], $4::integer[]) AS given (key, used, ends_in_ms) ORDER BY key
ON CONFLICT (key, gateway) DO UPDATE SET used = excluded.used, ends_at = excluded.ends_at`;

/** The counters of the other gateways, the greatest first, and how many gateways there are. */
export const OTHERS = `
SELECT
  (SELECT count(*)::integer FROM edge_gateways WHERE synced_at > now() - interval '5 seconds') AS gateways,
  (SELECT coalesce(json_agg(json_build_array(key, used)), '[]') FROM (
    SELECT key, sum(used) AS used FROM edge_counters WHERE gateway <> $1 AND ends_at > now()
    GROUP BY key ORDER BY used DESC LIMIT $2
  ) greatest_first) AS others`;

export const REMOVE_OLD_REVOCATIONS = `DELETE FROM revocations WHERE at < now() - interval '1 hour'`;

export const REMOVE_OLD_COUNTERS = `DELETE FROM edge_counters WHERE ends_at < now()`;

export const REMOVE_OLD_GATEWAYS = `
DELETE FROM edge_gateways WHERE synced_at < now() - interval '1 hour'`;

/** Whether a machine may use the tokens that it has. */
export const IS_CLIENT_USABLE = `
SELECT FROM clients WHERE client_id = $1 AND disabled_at IS NULL AND expires_at > now()`;
