import { SAGA_DATABASES, type SagaDatabaseName, type SystemDatabases } from '@backstitch/tools';
import { type Column, copySql } from './columns.js';

const DAYS = 28;
const SAGAS_AT_ONCE = 100_000;
const TEMPLATES = 'fill_templates';
/** Tables that say nothing about a single saga. */
const LEFT_ALONE = ['products', 'stock_ledger', 'saga_owners', 'operator_actions'].concat(
  'settings',
  'saga_definitions',
);

interface Table {
  /** Quoted, with its schema. */
  name: string;
  template: string;
  columns: Column[];
}

export interface FillOptions {
  /** At least so many are added. */
  sagas: number;
  /** Told how many sagas a database has been given so far. */
  onProgress: (database: SagaDatabaseName, sagas: number) => void;
  signal: AbortSignal;
}

/**
 * Multiplies the finished sagas that are there, and everything that belongs to them, until so many have
 * been added: rows as the apps wrote them, with ids and moments of their own, spread over the past four
 * weeks. No app may be writing. Resolves with the number of sagas added.
 */
export async function fill(databases: SystemDatabases, options: FillOptions): Promise<number> {
  const sql = `SELECT count(*) AS sagas FROM saga_state`;
  const [found] = await databases.rows('orchestrator', sql);
  const templates = Number(found?.sagas);
  const copies = Math.ceil(options.sagas / templates);
  await databases.rows('orchestrator', partitionsSql());
  await Promise.all(
    SAGA_DATABASES.map((database) =>
      fillOne(databases, database, { ...options, templates, copies }),
    ),
  );
  return templates * copies;
}

async function fillOne(
  databases: SystemDatabases,
  database: SagaDatabaseName,
  { templates, copies, onProgress, signal }: FillOptions & { templates: number; copies: number },
): Promise<void> {
  const run = (sql: string) => databases.rows(database, sql);
  const tables = await tablesOf(databases, database);
  await run(`CREATE SCHEMA ${TEMPLATES}`);
  for (const { name, template } of tables) await run(`CREATE TABLE ${template} AS TABLE ${name}`);
  const step = Math.max(1, Math.floor(SAGAS_AT_ONCE / templates));
  for (let from = 1; from <= copies; from += step) {
    const to = Math.min(copies, from + step - 1);
    for (const { name, template, columns } of tables) {
      signal.throwIfAborted();
      await run(copySql(name, template, columns, { from, to, copies, days: DAYS }));
    }
    onProgress(database, to * templates);
  }
  if (database === 'inventory') await run(restockSql(copies));
  await run(`DROP SCHEMA ${TEMPLATES} CASCADE`);
  await run('VACUUM (ANALYZE)');
}

/** Tables with rows about sagas, from the catalogue; of a partitioned one only the whole. */
async function tablesOf(databases: SystemDatabases, database: SagaDatabaseName): Promise<Table[]> {
  const rows = await databases.rows(
    database,
    `SELECT table_schema AS schema, table_name AS "table", column_name AS column, data_type AS type,
      is_identity = 'YES' OR is_generated = 'ALWAYS' AS is_made
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
      JOIN pg_class ON pg_class.oid = format('%I.%I', table_schema, table_name)::regclass
    WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'drizzle')
      AND table_type = 'BASE TABLE' AND NOT relispartition
      AND table_name NOT IN (${LEFT_ALONE.map((name) => `'${name}'`).join(', ')})
    ORDER BY table_schema, table_name, ordinal_position`,
  );
  const tables = new Map<string, Table>();
  for (const { schema, table, column, type, is_made } of rows) {
    const name = `"${String(schema)}"."${String(table)}"`;
    const template = `${TEMPLATES}."${String(schema)}_${String(table)}"`;
    const one = tables.get(name) ?? { name, template, columns: [] };
    one.columns.push({ name: String(column), type: String(type), isMade: is_made === true });
    tables.set(name, one);
  }
  return [...tables.values()];
}

/** What was sold had come in before: the stock ledger stays true. */
function restockSql(copies: number): string {
  return `INSERT INTO stock_ledger (product_id, change, kind)
    SELECT product_id, sum(quantity) * ${copies}, 'RESTOCK'
    FROM ${TEMPLATES}.public_reservation_items GROUP BY product_id`;
}

function partitionsSql(): string {
  return `SELECT make_saga_logs_partitions(today - ${DAYS + 1}, today)
    FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS today) one`;
}
