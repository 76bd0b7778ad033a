import { randomUUID } from 'node:crypto';
import type { DatabaseName, SystemDatabases } from '@backstitch/tools';

/** The orders of sagas that are left behind have ids that begin so; no other order does. */
const BEGINNING = 'dead0000';
const BEHIND = 'dead0001';
const REST = '-0000-0000-0000-000000000000';

export function leftBehindOrderId(): string {
  return BEGINNING + randomUUID().slice(BEGINNING.length);
}

const isTheirs = (column: string) =>
  `${column} >= '${BEGINNING}${REST}' AND ${column} < '${BEHIND}${REST}'`;

/** How far the sagas of the dead are, as the databases say. */
export class LeftBehind {
  constructor(
    private readonly databases: SystemDatabases,
    private readonly sagas: number,
    private readonly owner: string,
  ) {}

  unclaimed(): Promise<number> {
    return this.count('orchestrator', `saga_state WHERE owner = '${this.owner}'`);
  }

  /** An undo that came without its do leaves an order, too. */
  async unserved(): Promise<number> {
    return this.sagas - (await this.count('orders', `orders WHERE ${isTheirs('id')}`));
  }

  unfinished(): Promise<number> {
    const unfinished = `status IN ('RUNNING', 'COMPENSATING')`;
    return this.count('orchestrator', `saga_state WHERE ${unfinished} AND ${isTheirs('order_id')}`);
  }

  /** Whose first command was served, and not only its undo. */
  served(): Promise<number> {
    return this.count('orders', `orders WHERE ${isTheirs('id')} AND user_id IS NOT NULL`);
  }

  done(): Promise<number> {
    return this.count(
      'orchestrator',
      `saga_state WHERE status = 'DONE' AND ${isTheirs('order_id')}`,
    );
  }

  private async count(database: DatabaseName, from: string): Promise<number> {
    const [row] = await this.databases.rows(database, `SELECT count(*) AS n FROM ${from}`);
    return Number(row?.n);
  }
}
