import type { Database } from '@backstitch/database';
import { BrokenHistory } from '../orders/order-fold.js';
import { compare, type Comparison } from './differences.js';
import {
  type ComparedRow,
  lockStatement,
  mendStatement,
  nextStatement,
  oneStatement,
  recordStatement,
} from './rebuild.sql.js';

/** An order whose row does not follow from its events. */
export interface Finding {
  orderId: string;
  differences: readonly string[];
  /** False: its events do not tell what its row should be. */
  isMendable: boolean;
}

const FIRST = '00000000-0000-0000-0000-000000000000';
const BATCH = 500;

/** Compares the rows of orders with their events, and makes rows anew. Throws DatabaseAway. */
export class RebuildRepository {
  constructor(private readonly database: Pick<Database, 'query' | 'withTransaction'>) {}

  /** Goes through all orders, a batch at a time; yields how many were compared, and what was found. */
  async *findings(batch = BATCH): AsyncGenerator<{ compared: number; found: Finding[] }> {
    for (let after = FIRST; ; ) {
      const rows = await this.database.query<ComparedRow>(nextStatement(after, batch));
      if (rows.length > 0) yield { compared: rows.length, found: rows.flatMap(findingOf) };
      if (rows.length < batch) return;
      after = rows.at(-1)!.id;
    }
  }

  /** One order; undefined when there is neither a row nor an event of it. */
  async find(orderId: string): Promise<{ found: Finding[] } | undefined> {
    const [row] = await this.database.query<ComparedRow>(oneStatement(orderId));
    if (!row || (row.row === null && row.events === null)) return undefined;
    return { found: findingOf(row) };
  }

  /**
   * Makes the row of an order from its events, and records both contents. The row is locked meanwhile.
   * Resolves to false when the row was right by then, or when its events do not tell what it should be.
   */
  mend(orderId: string, operator: string): Promise<boolean> {
    return this.database.withTransaction(async (client) => {
      await client.query(lockStatement(orderId));
      const { rows } = await client.query<ComparedRow>(oneStatement(orderId));
      const { differences, rebuilt } = comparisonOf(rows[0]!);
      if (differences.length === 0 || !rebuilt) return false;
      await client.query(mendStatement(orderId, rebuilt));
      await client.query(recordStatement(orderId, operator, rows[0]!.row, rebuilt));
      return true;
    });
  }
}

function findingOf(row: ComparedRow): Finding[] {
  const { differences, rebuilt } = comparisonOf(row);
  if (differences.length === 0) return [];
  return [{ orderId: row.id, differences, isMendable: rebuilt !== undefined }];
}

function comparisonOf({ row, events }: ComparedRow): Comparison {
  try {
    return compare(row ?? undefined, events ?? []);
  } catch (error) {
    if (!(error instanceof BrokenHistory)) throw error;
    return { differences: [error.message], rebuilt: undefined };
  }
}
