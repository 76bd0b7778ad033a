import type { Database } from '@backstitch/service-kit';

const LIST = `
SELECT saga_id, count(*) OVER ()::int AS all FROM saga_state
WHERE status IN ('RUNNING', 'COMPENSATING') AND (needs_attention OR NOT $1::boolean)
ORDER BY needs_attention DESC, created_at
LIMIT $2`;

export interface UnfinishedSagas {
  readonly sagaIds: readonly string[];
  /** How many there are besides. */
  readonly more: number;
}

/** Which sagas somebody may have to look at: parked ones first, then the oldest. */
export class UnfinishedSagasRepository {
  constructor(private readonly database: Database) {}

  async list(which: { parkedOnly: boolean; limit: number }): Promise<UnfinishedSagas> {
    const values = [which.parkedOnly, which.limit];
    const query = { name: 'unfinished_sagas', text: LIST, values };
    const rows = await this.database.query<{ saga_id: string; all: number }>(query);
    const sagaIds = rows.map((row) => row.saga_id);
    return { sagaIds, more: (rows[0]?.all ?? 0) - sagaIds.length };
  }
}
