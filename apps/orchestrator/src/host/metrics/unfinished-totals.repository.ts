import type { KnownDefinition } from '@backstitch/saga-engine';
import type { Database } from '@backstitch/service-kit';
import { type UnfinishedTotals, totalsOf, type TotalsRow } from './unfinished-totals.js';

/** A timer takes a saga within a second of the end of its wait. */
const LATE = '15 seconds';

/**
 * Reads the index of unfinished sagas and their rows, however many finished and waiting ones there
 * are: of those that wait only the late ones are read. The living owners are counted once, before
 * any row is read.
 */
export const TOTALS = `
WITH living AS MATERIALIZED (
  SELECT instance_id FROM saga_owners
  WHERE abs(extract(epoch FROM heartbeat_at - clock_timestamp())::float8) * 1000 < $2::float8
), unfinished AS (
  SELECT s.definition, s.created_at, s.status, s.needs_attention, s.owner = $1 AS is_own,
    s.owner <> ALL (ARRAY(SELECT instance_id FROM living)) AS is_orphan,
    (s.definition || '@' || s.definition_version) = ANY ($3::text[]) AS is_known
  FROM saga_state s WHERE s.status IN ('RUNNING', 'COMPENSATING')
  UNION ALL
  SELECT s.definition, s.created_at, s.status, false, false, true,
    (s.definition || '@' || s.definition_version) = ANY ($3::text[])
  FROM saga_state s WHERE s.status = 'WAITING' AND s.due_at < now() - interval '${LATE}'
)
SELECT definition, CASE
    WHEN NOT is_known AND (is_orphan OR is_own) THEN 'unknown_version'
    WHEN is_orphan THEN 'orphaned'
    WHEN needs_attention THEN 'parked'
    WHEN status = 'COMPENSATING' THEN 'undoing'
    ELSE 'running'
  END AS state,
  count(*)::float8 AS sagas,
  extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS oldest_seconds
FROM unfinished GROUP BY definition, state`;

/** All unfinished sagas of the database, whichever process drives them, and those that none drives. */
export class UnfinishedTotalsRepository {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly reader: {
      /** The reading instance: a saga of its own that it does not know is driven by no process. */
      instanceId: string;
      definitions: readonly KnownDefinition[];
      silentAfterMs: number;
    },
  ) {}

  async read(): Promise<UnfinishedTotals> {
    const { instanceId, definitions, silentAfterMs } = this.reader;
    const known = definitions.map(({ name, version }) => `${name}@${version}`);
    const values = [instanceId, silentAfterMs, known];
    const query = { name: 'unfinished_totals', text: TOTALS, values };
    const names = definitions.map(({ name }) => name);
    return totalsOf(await this.database.query<TotalsRow>(query), names);
  }
}
