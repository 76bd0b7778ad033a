import type { SessionPool } from './session-pool.js';

const PROBE = "SELECT current_setting('transaction_read_only') AS read_only";

/**
 * As PostgreSQL says it to a write: the connection may have been opened when writes were stopped.
 */
class TakesNoWrites extends Error {
  readonly code = '25006';

  constructor() {
    super('it takes no writes');
  }
}

/** Throws when the database cannot be used now, or takes no writes. */
export async function probe(sessions: SessionPool, timeoutMs: number): Promise<void> {
  await sessions.use(async (client) => {
    // query_timeout is pg's per-query option, missing from its types.
    const question = { text: PROBE, query_timeout: timeoutMs };
    const { rows } = await client.query<{ read_only: string }>(question);
    if (rows[0]?.read_only === 'on') throw new TakesNoWrites();
  });
}
