import { DATABASES } from '@backstitch/tools';
import type { System } from './system.js';

const TABLES = `
SELECT format('%I.%I', table_schema, table_name) AS table, array(
  SELECT quote_ident(c.column_name::text) FROM information_schema.columns c
  WHERE (c.table_schema, c.table_name) = (t.table_schema, t.table_name) AND data_type = 'bytea'
) AS binary
FROM information_schema.tables t
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`;

/** Everything that the databases hold, as text; a binary value also as the text that it is. */
export async function dumpOf(system: System): Promise<ReadonlyMap<string, string>> {
  const dumps = new Map<string, string>();
  for (const name of DATABASES) {
    const tables = await system.rows<{ table: string; binary: string[] }>(name, TABLES);
    for (const { table, binary } of tables) {
      const more = binary.map((column) => `|| coalesce(encode(t.${column}, 'escape'), '')`);
      const sql = `SELECT t::text ${more.join(' ')} AS row FROM ${table} t`;
      const rows = await system.rows<{ row: string }>(name, sql);
      const text = rows.map(({ row }) => row).join('\n');
      dumps.set(`${name}.${table.replace('public.', '')}`, text);
    }
  }
  return dumps;
}

/** The tables in which the text is. */
export async function tablesThatContain(
  system: System,
  text: string,
  except: readonly string[] = [],
): Promise<string[]> {
  const tables = [...(await dumpOf(system))].filter(([, rows]) => rows.includes(text));
  return tables.map(([table]) => table).filter((table) => !except.includes(table));
}
