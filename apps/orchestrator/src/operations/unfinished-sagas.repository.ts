import type { Database } from '@backstitch/service-kit';
import { UNFINISHED_RANKS, type UnfinishedPlace } from './unfinished-page.js';

/** Each half by its own partial index: finished sagas are not read. */
const LIST = `
SELECT saga_id AS "sagaId", ($6::text[])[rank] AS rank, "all",
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt"
FROM (
  SELECT saga_id, rank, created_at, count(*) OVER ()::int AS "all"
  FROM (
    SELECT saga_id, created_at, CASE WHEN needs_attention THEN 1 ELSE 2 END AS rank
    FROM saga_state
    WHERE status IN ('RUNNING', 'COMPENSATING') AND (needs_attention OR NOT $1::boolean)
    UNION ALL
    SELECT saga_id, created_at, 3 FROM saga_state
    WHERE due_at IS NOT NULL AND status = 'WAITING' AND NOT $1::boolean
  ) AS unfinished
  WHERE $3::text IS NULL
    OR (rank, created_at, saga_id)
      > (array_position($6::text[], $3::text), $4::timestamptz, $5::uuid)
  ORDER BY rank, created_at, saga_id LIMIT $2
) AS page
ORDER BY page.rank, created_at, saga_id`;

export interface UnfinishedSagas {
  readonly places: readonly UnfinishedPlace[];
  /** How many there are after them. */
  readonly more: number;
}

/** The unfinished sagas: parked ones first, those that wait last, and of each the oldest first. */
export class UnfinishedSagasRepository {
  constructor(private readonly database: Database) {}

  async list(which: {
    parkedOnly: boolean;
    limit: number;
    after: UnfinishedPlace | undefined;
  }): Promise<UnfinishedSagas> {
    const { parkedOnly, limit, after } = which;
    const place = [after?.rank ?? null, after?.createdAt ?? null, after?.sagaId ?? null];
    const values = [parkedOnly, limit, ...place, UNFINISHED_RANKS];
    const query = { name: 'unfinished_sagas', text: LIST, values };
    const rows = await this.database.query<UnfinishedPlace & { all: number }>(query);
    return { places: rows, more: (rows[0]?.all ?? 0) - rows.length };
  }
}
