import type { PreparedSaga } from '../runtime/ports.js';
import { arraysOf, cellsOf, listOf, type Cells } from './cells.js';
import { NEW } from './columns.js';
import { sagaStatements, type Statement } from './statements.js';
import type { SagaTableNames } from './table-names.js';

/** A pg client, in a transaction or not, or a pool. */
export interface Queryable {
  query(query: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

const COLUMNS = listOf(NEW);
const statements = new Map<string, Statement>();

/**
 * Inserts new sagas with their first log row in one statement, on the client given: so an app can
 * claim an idempotency key in the same transaction. Answers the ids inserted; a saga id that is
 * there already is left as it is. Throws WriteRefused for a value that no row can hold, before anything
 * is sent.
 */
export async function insertSagas(
  client: Queryable,
  tables: SagaTableNames,
  prepared: readonly PreparedSaga[],
): Promise<ReadonlySet<string>> {
  return insertRows(client, tables, prepared.map(newRow));
}

/** A new saga's values, ready to travel with others. */
export function newRow(prepared: PreparedSaga): Cells {
  return cellsOf(COLUMNS, prepared);
}

/** The same as insertSagas, of rows made before. */
export async function insertRows(
  client: Queryable,
  tables: SagaTableNames,
  rows: readonly Cells[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const { rows: inserted } = await client.query({ ...statementOf(tables), values: arraysOf(rows) });
  return new Set((inserted as { saga_id: string }[]).map((row) => row.saga_id));
}

function statementOf(tables: SagaTableNames): Statement {
  const known = statements.get(tables.subjectColumn);
  if (known) return known;
  const made = sagaStatements(tables).insert;
  statements.set(tables.subjectColumn, made);
  return made;
}
