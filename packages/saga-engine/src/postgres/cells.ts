/** Rows on their way into a statement that takes an array for each column. */
import { isUuid } from '../core/ids.js';
import { storableJson, UnstorableValue } from '../core/json.js';
import { WriteRefused } from '../runtime/refused.js';

export type ColumnType = 'uuid' | 'text' | 'int' | 'float8' | 'bool' | 'jsonb';

/** What is written into one column, and of which type. */
export interface Column<Item> {
  readonly type: ColumnType;
  of(item: Item): unknown;
}

export type Columns<Item> = Readonly<Record<string, Column<Item>>>;

interface NamedColumn<Item> extends Column<Item> {
  readonly name: string;
}

/** Columns in their order: made once, used for every row. */
export type ColumnList<Item> = readonly NamedColumn<Item>[];

export function listOf<Item>(columns: Columns<Item>): ColumnList<Item> {
  return Object.entries(columns).map(([name, column]) => ({ name, ...column }));
}

/** An element of a PostgreSQL array literal; null is SQL's NULL. */
type Cell = string | null;

/** One item's values, ready to be joined with those of others. */
export type Cells = readonly Cell[];

const NEEDS_ESCAPE = /["\\]/g;

/**
 * An item's cells, in the order of the columns. Throws WriteRefused for a value that its column
 * cannot store: so it never gets into one statement with the values of others.
 */
export function cellsOf<Item>(columns: ColumnList<Item>, item: Item): Cells {
  const cells: Cell[] = [];
  for (const column of columns) {
    const value = column.of(item);
    cells.push(value === undefined ? null : cellOf(column.name, column.type, value));
  }
  return cells;
}

/** An array literal for each column; an array of nothing but NULLs is NULL itself, and costs nothing. */
export function arraysOf(rows: readonly Cells[]): Cell[] {
  return rows[0]!.map((_, column) => {
    let isEmpty = true;
    let text = '{';
    for (let i = 0; i < rows.length; i++) {
      if (i > 0) text += ',';
      const cell = rows[i]![column]!;
      if (cell !== null) isEmpty = false;
      text += cell ?? 'NULL';
    }
    return isEmpty ? null : `${text}}`;
  });
}

function cellOf(name: string, type: ColumnType, value: unknown): Cell {
  if (value === null && type !== 'jsonb') return null;
  switch (type) {
    case 'jsonb':
      return quoted(jsonOf(name, value));
    case 'uuid':
      if (typeof value === 'string' && isUuid(value)) return value;
      throw new WriteRefused('22P02', `${name} is not a UUID in lower case`);
    case 'text':
      if (typeof value === 'string' && !value.includes('\0')) return quoted(value);
      throw new WriteRefused('22021', `${name} is not text that the database can store`);
    case 'bool':
      return value === true ? 'true' : 'false';
    default:
      if (typeof value === 'number' && Number.isFinite(value)) return String(value);
      throw new WriteRefused('22003', `${name} is not a number that the database can store`);
  }
}

function jsonOf(name: string, value: unknown): string {
  try {
    return storableJson(value);
  } catch (error) {
    if (!(error instanceof UnstorableValue)) throw error;
    throw new WriteRefused(error.code, `${name}: ${error.message}`, error);
  }
}

function quoted(text: string): string {
  const isPlain = !text.includes('"') && !text.includes('\\');
  return isPlain ? `"${text}"` : `"${text.replace(NEEDS_ESCAPE, '\\$&')}"`;
}
