import type pg from 'pg';
import { matching, type TextColumn } from './matching.js';
import type { Replacement } from './person.js';

/** A column that may name a person. */
interface TableColumn extends TextColumn {
  table: string;
}

const COLUMNS = `
SELECT format('%I.%I', c.table_schema, c.table_name) AS table,
  quote_ident(c.column_name) AS column, c.data_type AS type
FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
  AND c.table_schema NOT IN ('pg_catalog', 'information_schema', 'drizzle')
  AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea')
  AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid
    = format('%I.%I', c.table_schema, c.table_name)::regclass)
ORDER BY 1, 2`;

/** Replaces the names of a person in all tables of one database. */
export class EraseRepository {
  constructor(private readonly client: pg.Client) {}

  /**
   * Replaces in one transaction, and resolves to the number of rows by table. Append-only tables
   * permit it to their owner. A binary value that contains a name becomes empty.
   */
  async replace(replacements: readonly Replacement[]): Promise<ReadonlyMap<string, number>> {
    const { client } = this;
    const counts = new Map<string, number>();
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL backstitch.erasing = 'on'`);
      await client.query('SET LOCAL lock_timeout = 5000');
      for (const column of await this.columns()) {
        const count = await this.replaceIn(column, replacements);
        if (count > 0) counts.set(column.table, (counts.get(column.table) ?? 0) + count);
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
    return counts;
  }

  /** The tables in which a name is left. */
  async tablesWith(replacements: readonly Replacement[]): Promise<string[]> {
    const tables = new Set<string>();
    for (const column of await this.columns()) {
      const { condition, finds } = matching(column, replacements);
      if (await this.hasRow(column.table, condition, finds)) tables.add(column.table);
    }
    return [...tables];
  }

  private async columns(): Promise<TableColumn[]> {
    const { rows } = await this.client.query<Omit<TableColumn, 'type'> & { type: string }>(COLUMNS);
    const typeOf = (type: string) => (type === 'character varying' ? 'text' : type);
    return rows.map((row) => ({ ...row, type: typeOf(row.type) as TextColumn['type'] }));
  }

  /** A trigger for each statement fires also when no row matches: so a match is looked for first. */
  private async replaceIn(
    column: TableColumn,
    replacements: readonly Replacement[],
  ): Promise<number> {
    const { table, column: name, type } = column;
    const { condition, expression, finds, all } = matching(column, replacements);
    if (!(await this.hasRow(table, condition, finds))) return 0;
    const sql = `UPDATE ${table} SET ${name} = (${expression})::${type} WHERE ${condition}`;
    return (await this.client.query(sql, all)).rowCount ?? 0;
  }

  private async hasRow(table: string, condition: string, finds: string[]): Promise<boolean> {
    const sql = `SELECT EXISTS (SELECT FROM ${table} WHERE ${condition}) AS "has"`;
    const { rows } = await this.client.query<{ has: boolean }>(sql, finds);
    return rows[0]?.has === true;
  }
}
