import type { PreparedSaga } from '../ports.js';
import { jsonArray, plainArray, textArray } from './arrays.js';
import { sagaStatements, type Statement } from './statements.js';
import type { SagaTables } from './tables.js';

/** A pg client, in a transaction or not, or a pool. */
export interface Queryable {
  query(query: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

const statements = new Map<string, Statement>();

/**
 * Inserts new sagas with their first log row in one statement, on the client given: so an app can
 * claim an idempotency key in the same transaction. Answers the ids inserted; a saga id that is
 * there already is left as it is.
 */
export async function insertSagas(
  client: Queryable,
  tables: Pick<SagaTables, 'subjectColumn'>,
  prepared: readonly PreparedSaga[],
): Promise<ReadonlySet<string>> {
  const statement = statementOf(tables);
  const sagas = prepared.map((one) => one.instance);
  const values = [
    plainArray(sagas, (saga) => saga.sagaId),
    plainArray(sagas, (saga) => saga.subjectId),
    textArray(sagas, (saga) => saga.definition),
    plainArray(sagas, (saga) => saga.definitionVersion),
    plainArray(sagas, (saga) => saga.awaited),
    plainArray(sagas, (saga) => saga.wakeAtMs),
    plainArray(sagas, (saga) => saga.stepDeadlineAtMs),
    plainArray(sagas, (saga) => saga.sagaDeadlineAtMs),
    jsonArray(sagas, (saga) => saga.input),
    textArray(sagas, (saga) => saga.requestId),
    plainArray(sagas, (saga) => saga.owner),
  ];
  const { rows } = await client.query({ ...statement, values });
  return new Set((rows as { saga_id: string }[]).map((row) => row.saga_id));
}

function statementOf(tables: Pick<SagaTables, 'subjectColumn'>): Statement {
  const known = statements.get(tables.subjectColumn);
  if (known) return known;
  const made = sagaStatements(tables).insert;
  statements.set(tables.subjectColumn, made);
  return made;
}
