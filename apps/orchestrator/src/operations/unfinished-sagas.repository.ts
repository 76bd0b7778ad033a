import type { Database } from '@backstitch/service-kit';
import type { UnfinishedPlace } from './unfinished-page.js';

const LIST = `
SELECT saga_id AS "sagaId", needs_attention AS "isParked",
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt",
  count(*) OVER ()::int AS all
FROM saga_state
WHERE status IN ('RUNNING', 'COMPENSATING') AND (needs_attention OR NOT $1::boolean)
  AND ($3::boolean IS NULL OR (NOT needs_attention, created_at, saga_id)
    > (NOT $3::boolean, $4::timestamptz, $5::uuid))
ORDER BY needs_attention DESC, created_at, saga_id
LIMIT $2`;

export interface UnfinishedSagas {
  readonly places: readonly UnfinishedPlace[];
  /** How many there are after them. */
  readonly more: number;
}

/** The unfinished sagas: parked ones first, then the oldest. */
export class UnfinishedSagasRepository {
  constructor(private readonly database: Database) {}

  async list(which: {
    parkedOnly: boolean;
    limit: number;
    after: UnfinishedPlace | undefined;
  }): Promise<UnfinishedSagas> {
    const { parkedOnly, limit, after } = which;
    const place = [after?.isParked ?? null, after?.createdAt ?? null, after?.sagaId ?? null];
    const query = { name: 'unfinished_sagas', text: LIST, values: [parkedOnly, limit, ...place] };
    const rows = await this.database.query<UnfinishedPlace & { all: number }>(query);
    return { places: rows, more: (rows[0]?.all ?? 0) - rows.length };
  }
}
