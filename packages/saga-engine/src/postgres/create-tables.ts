import { readdir, readFile } from 'node:fs/promises';
import { checkedColumn, type SagaTableNames } from './table-names.js';

/** A pg client or pool. */
export interface SqlRunner {
  query(sql: string): Promise<unknown>;
}

/** The same from `src` and from `dist`. */
const FOLDER = new URL('../../sql/', import.meta.url);
const SUBJECT = /\bsubject_id\b/g;
const UNDEFINED_COLUMN = '42703';
/** Two that create at once would collide in the catalogue; this lock lets one go first. */
const LOCK = 'SELECT pg_advisory_xact_lock(20818, 3);';

/**
 * Creates the tables of the sagas where they are missing, by the SQL files of this package, in one
 * transaction. Safe to call at every start, by any number of processes. Answers what
 * PostgresSagaStore wants to know of them. Throws RangeError when the name of the subject's column
 * is not a plain one, and when the tables are there already with another.
 */
export async function createSagaTables(
  sql: SqlRunner,
  { subjectColumn = 'subject_id' }: Partial<SagaTableNames> = {},
): Promise<SagaTableNames> {
  const column = checkedColumn(subjectColumn);
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  const files = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  // Statements sent as one text are one transaction.
  await sql.query([LOCK, ...files.map((text) => text.replace(SUBJECT, column))].join('\n'));
  try {
    await sql.query(`SELECT "${column}" FROM saga_state LIMIT 0`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_COLUMN) throw error;
    throw new RangeError(`saga_state exists, and has no column "${column}"`, { cause: error });
  }
  return { subjectColumn: column };
}
