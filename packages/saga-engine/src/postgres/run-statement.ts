import type { SessionPool } from '@backstitch/database';
import { refusalOf, sqlStateOf } from './refusal.js';
import type { Statement } from './statements.js';

const CONTENTION_RETRIES = 5;
const CONTENTION = new Set(['40P01', '40001']);

export type RunStatement = <Row extends object>(
  statement: Statement,
  values: unknown[],
) => Promise<Row[]>;

/**
 * Runs statements on a pool. A statement that lost a deadlock or a race did nothing at all, so it
 * may run again. Rejects with WriteRefused when the database answered that it will not do it.
 */
export function statementsOn(pool: SessionPool): RunStatement {
  return async <Row extends object>({ name, text }: Statement, values: unknown[]) => {
    for (let tries = 1; ; tries++) {
      try {
        const query = { name, text, values };
        return await pool.use(async (client) => (await client.query<Row>(query)).rows);
      } catch (error) {
        if (tries < CONTENTION_RETRIES && CONTENTION.has(sqlStateOf(error))) continue;
        throw refusalOf(error) ?? error;
      }
    }
  };
}
