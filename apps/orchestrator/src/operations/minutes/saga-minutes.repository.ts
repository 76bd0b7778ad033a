import type { Database } from '@backstitch/service-kit';
import type { MinuteRow } from '../../host/metrics/minute-counts.js';

/** For charts; nothing older is kept. */
const KEPT_DAYS = 30;

const WRITE = `
INSERT INTO saga_minutes (minute, instance_id, started, done, undone, by_code, durations, steps)
SELECT to_timestamp(minute / 1000.0), $1, started, done, undone, by_code, durations, steps
FROM unnest($2::float8[], $3::int[], $4::int[], $5::int[], $6::jsonb[], $7::jsonb[], $8::jsonb[])
  AS counted (minute, started, done, undone, by_code, durations, steps)
ON CONFLICT (minute, instance_id) DO UPDATE SET started = EXCLUDED.started, done = EXCLUDED.done,
  undone = EXCLUDED.undone, by_code = EXCLUDED.by_code, durations = EXCLUDED.durations,
  steps = EXCLUDED.steps`;

const READ = `
SELECT (extract(epoch FROM minute) * 1000)::float8 AS "minuteMs", started, done, undone,
  by_code AS "byCode", durations, steps
FROM saga_minutes WHERE minute >= to_timestamp($1 / 1000.0)`;

const REMOVE = `DELETE FROM saga_minutes WHERE minute < now() - interval '${KEPT_DAYS} days'`;

/** What every orchestrator counted: table saga_minutes. */
export class SagaMinutesRepository {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly instanceId: string,
  ) {}

  /** Each row is the whole minute of this instance, and replaces the one before. */
  async write(rows: readonly MinuteRow[]): Promise<void> {
    const json = (of: (row: MinuteRow) => object) => rows.map((row) => JSON.stringify(of(row)));
    const values = [
      this.instanceId,
      rows.map(({ minuteMs }) => minuteMs),
      rows.map(({ started }) => started),
      rows.map(({ done }) => done),
      rows.map(({ undone }) => undone),
      json(({ byCode }) => byCode),
      json(({ durations }) => durations),
      json(({ steps }) => steps),
    ];
    await this.database.query({ name: 'saga_minutes_write', text: WRITE, values });
  }

  /** Of all instances. */
  read(sinceMs: number): Promise<MinuteRow[]> {
    const query = { name: 'saga_minutes_read', text: READ, values: [sinceMs] };
    return this.database.query<MinuteRow & Record<string, unknown>>(query);
  }

  async removeOld(): Promise<void> {
    await this.database.query({ name: 'saga_minutes_remove', text: REMOVE, values: [] });
  }
}
