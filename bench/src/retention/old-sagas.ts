import type { SystemDatabases } from '@backstitch/tools';

/** In this scenario finished sagas are kept for a day. */
export const KEPT_DAYS = 1;
const OLD = `updated_at < now() - interval '${KEPT_DAYS} days'`;
/** No orchestrator drives sagas of this definition, so they stay as they are unless they are removed. */
const STRANGE = 'unfinished-of-the-benchmark';
const UNFINISHED = 100;
/** As the apps wrote it; so many log rows has each. */
const LOG_ROWS = 10;

export interface SagasThere {
  /** Finished and older than they are kept. */
  old: number;
  /** Not yet so old. */
  young: number;
}

/** What is there to be removed, and what must not be. */
export class OldSagas {
  constructor(private readonly databases: SystemDatabases) {}

  /** Makes some of the oldest unfinished. */
  async leaveSomeUnfinished(): Promise<void> {
    await this.databases.rows(
      'orchestrator',
      `UPDATE saga_state SET status = 'RUNNING', definition = '${STRANGE}'
        WHERE saga_id IN (SELECT saga_id FROM saga_state ORDER BY updated_at LIMIT ${UNFINISHED})`,
    );
  }

  async count(): Promise<SagasThere> {
    const [row] = await this.databases.rows(
      'orchestrator',
      `SELECT count(*) FILTER (WHERE ${OLD} AND definition <> '${STRANGE}') AS old,
        count(*) FILTER (WHERE NOT ${OLD}) AS young FROM saga_state`,
    );
    return { old: Number(row?.old), young: Number(row?.young) };
  }

  /** What of the unfinished ones is gone, in words. */
  async lost(): Promise<string[]> {
    const [row] = await this.databases.rows(
      'orchestrator',
      `SELECT count(DISTINCT saga_id) AS sagas, count(created_at) AS rows
        FROM (SELECT saga_id FROM saga_state WHERE definition = '${STRANGE}') AS theirs
        LEFT JOIN saga_logs USING (saga_id)`,
    );
    const sagas = UNFINISHED - Number(row?.sagas);
    const rows = UNFINISHED * LOG_ROWS - Number(row?.rows);
    return [
      ...(sagas > 0 ? [`${sagas} unfinished sagas were removed`] : []),
      ...(rows > 0 ? [`${rows} log rows of unfinished sagas were removed`] : []),
    ];
  }
}
