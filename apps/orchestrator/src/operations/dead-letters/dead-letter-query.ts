import { afterOf, foreignCursor, limitOf, validationProblem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  DEAD_LETTER_CLASSES,
  type DeadLetterClass,
  isUuid,
} from '@backstitch/shared-types';
import type { DeadLetterFilter } from './dead-letters.repository.js';

/** The list that its cursors belong to: each names its queue ('' for all) and the row before. */
export const DEAD_LETTERS = 'dead-letters';

export interface DeadLetterPage {
  readonly filter: DeadLetterFilter;
  /** Undefined: whatever it is. */
  readonly class: DeadLetterClass | undefined;
  readonly limit: number;
  /** The place of the row before the page; undefined for the first page. */
  readonly after: string | undefined;
}

/** What a query may say; a parameter that is given twice is a list. */
export type DeadLetterQuery = Readonly<
  Partial<Record<'queue' | 'pattern' | 'reason' | 'class' | 'saga' | 'limit' | 'after', unknown>>
>;

const QUEUES: readonly string[] = Object.values(COMMAND_QUEUES);
const TEXT = /^\P{Cc}{1,200}$/u;
const PLACE = /^\d{1,18}$/;

/** The page that a query asks for. Throws 400. Pure. */
export function pageOf(query: DeadLetterQuery): DeadLetterPage {
  const filter = filterOf(query);
  const [queue, after] = afterOf(DEAD_LETTERS, 2, query.after) ?? [];
  if (after !== undefined && !PLACE.test(after)) throw foreignCursor();
  // A page of one queue does not go on where a page of another one ended.
  if (queue !== undefined && queue !== (filter.queue ?? '')) throw foreignCursor();
  const ofClass = oneOf('class', query.class, DEAD_LETTER_CLASSES);
  return { filter, class: ofClass, limit: limitOf(query.limit), after };
}

/** Throws 400. Pure. */
export function filterOf(query: DeadLetterQuery): DeadLetterFilter {
  return {
    queue: oneOf('queue', query.queue, QUEUES),
    pattern: textOf('pattern', query.pattern),
    reason: textOf('reason', query.reason),
    saga: sagaOf(query.saga),
  };
}

function oneOf<Value extends string>(
  field: string,
  value: unknown,
  values: readonly Value[],
): Value | undefined {
  const known = values.find((each) => each === value);
  if (value === undefined || known !== undefined) return known;
  throw wrong(field, `must be one of ${values.join(', ')}`);
}

function textOf(field: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && TEXT.test(value))) return value;
  throw wrong(field, 'must be 1 to 200 characters, given once, without control characters');
}

function sagaOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && isUuid(value)) return value.toLowerCase();
  throw wrong('saga', 'must be the id of a saga, given once');
}

function wrong(field: string, what: string): Error {
  return validationProblem([{ field, message: `${field} ${what}` }]);
}
