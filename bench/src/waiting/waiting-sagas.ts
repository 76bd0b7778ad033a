import type { SystemDatabases } from '@backstitch/tools';

/** A wait that no definition of the shop has, so no other saga is at it. */
const WAIT = 'BENCH_WAIT';
const NO_OWNER = '00000000-0000-0000-0000-000000000000';
const VERSION = 2;
const INPUT = JSON.stringify({ userId: 'waiting', items: [{ productId: NO_OWNER, quantity: 2 }] });

/** Sagas that wait for a month, of a definition that every orchestrator knows. */
export class WaitingSagas {
  constructor(private readonly databases: SystemDatabases) {}

  async begin(count: number): Promise<void> {
    await this.run(`INSERT INTO saga_state (saga_id, order_id, definition, definition_version, status,
        current_step, attempt, needs_attention, saga_deadline_at, kept, input, version, epoch, owner,
        due_at, last_log_at, created_at, updated_at)
      SELECT gen_random_uuid(), gen_random_uuid(), 'checkout', 1, 'WAITING', '${WAIT}', 1, false, now(),
        '{}', '${INPUT}', ${VERSION}, 1, '${NO_OWNER}', now() + interval '30 days', now(), now(), now()
      FROM generate_series(1, ${count})`);
    await this.settle();
  }

  /** A trigger keeps sagas that wait from being removed; the role of replication skips it. */
  async remove(): Promise<void> {
    await this.run(`BEGIN;
      SET LOCAL session_replication_role = replica;
      DELETE FROM saga_state WHERE current_step = '${WAIT}';
      COMMIT`);
    await this.settle();
  }

  /** How many still wait as they began: no process has taken or written them. */
  async untouched(): Promise<number> {
    const [row] = await this.databases.rows(
      'orchestrator',
      `SELECT count(*) AS n FROM saga_state WHERE current_step = '${WAIT}' AND status = 'WAITING'
        AND version = ${VERSION} AND owner = '${NO_OWNER}'`,
    );
    return Number(row?.n);
  }

  /** Neither dead rows nor old statistics are to count. */
  private async settle(): Promise<void> {
    await this.run('VACUUM ANALYZE saga_state');
    await this.run('CHECKPOINT');
  }

  private async run(sql: string): Promise<void> {
    await this.databases.rows('orchestrator', sql);
  }
}
