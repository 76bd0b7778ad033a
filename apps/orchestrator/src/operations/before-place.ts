import { validationProblem } from '@backstitch/service-kit';
import { cursorOf, isUuid, positionOf } from '@backstitch/shared-types';

/** A row of a list that has the newest first. */
export interface Place {
  /** In UTC, with microseconds. */
  readonly at: string;
  readonly id: string;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The `before` of the page that follows this row. Pure. */
export function cursorBefore(list: string, { at, id }: Place): string {
  return cursorOf(list, [at, id]);
}

/** The row that the query's `before` names in a list; undefined for the first page. Throws 400. */
export function placeBefore(list: string, text: unknown): Place | undefined {
  if (text === undefined) return undefined;
  const position = typeof text === 'string' ? positionOf(list, text, 2) : undefined;
  const [at = '', id = ''] = position ?? [];
  if (TIME.test(at) && !Number.isNaN(Date.parse(at)) && isUuid(id)) return { at, id };
  const message = 'before must be the cursor that an earlier page of this list gave, given once';
  throw validationProblem([{ field: 'before', message }]);
}

/** A column as a Place has it. */
export function placeTime(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
