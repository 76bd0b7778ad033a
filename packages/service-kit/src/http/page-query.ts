import { PAGE_LIMIT_MAX, positionOf } from '@backstitch/shared-types';
import { validationProblem } from './problem.js';

/** The query's `limit`, `PAGE_LIMIT_MAX` when it is not given. Throws 400. */
export function limitOf(text: unknown): number {
  if (text === undefined) return PAGE_LIMIT_MAX;
  const limit = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE_LIMIT_MAX) return limit;
  const message = `limit must be a whole number from 1 to ${PAGE_LIMIT_MAX}, given once`;
  throw validationProblem([{ field: 'limit', message }]);
}

/**
 * The position that the query's `after` names in a list; undefined for its first page. Throws 400.
 */
export function afterOf(list: string, parts: number, text: unknown): string[] | undefined {
  if (text === undefined) return undefined;
  const position = typeof text === 'string' ? positionOf(list, text, parts) : undefined;
  if (position) return position;
  throw foreignCursor();
}

/** For a cursor that no page of the list gave. */
export function foreignCursor(): Error {
  const message = 'after must be the cursor that an earlier page of this list gave, given once';
  return validationProblem([{ field: 'after', message }]);
}

/** The `Link` header of a page: where the next one is. */
export function nextLink(path: string, query: Readonly<Record<string, string>>): string {
  return `<${path}?${new URLSearchParams(query).toString()}>; rel="next"`;
}
