import type { Column } from './cells.js';

export const time = (ms: string) => `to_timestamp(${ms} / 1000.0)`;

/**
 * A row's cells, each by its subscript: `unnest` would call a set-returning function for each column
 * and store what it answers. Not for what is joined freely: the planner expects a thousand rows.
 */
export function cells(columns: Record<string, Pick<Column<never>, 'type'>>, first: number): string {
  return Object.entries(columns)
    .map(([name, { type }], index) => `($${first + index}::${type}[])[place] AS ${name}`)
    .join(', ');
}
