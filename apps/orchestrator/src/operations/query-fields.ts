import { validationProblem } from '@backstitch/service-kit';

/** A query: a client can repeat or leave out each parameter. */
export type RawQuery = Readonly<Record<string, unknown>>;

const TEXT = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/;

/** Refuses a parameter that the list does not have: a misspelt filter would find too much. */
export function onlyFields(query: RawQuery, names: readonly string[]): void {
  const unknown = Object.keys(query).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const message = `is not a parameter of this list, which has ${names.join(', ')}`;
  throw validationProblem(unknown.map((field) => ({ field, message: `${field} ${message}` })));
}

export function oneOf<Value extends string>(
  query: RawQuery,
  field: string,
  values: readonly Value[],
): Value | undefined {
  const value = query[field];
  const known = values.find((each) => each === value);
  if (value === undefined || known !== undefined) return known;
  throw wrong(field, `must be one of ${values.join(', ')}, given once`);
}

export function textOf(query: RawQuery, field: string): string | undefined {
  const value = query[field];
  if (value === undefined || (typeof value === 'string' && TEXT.test(value))) return value;
  throw wrong(field, 'must be 1 to 200 characters, given once, without control characters');
}

/** A time with its zone, in UTC. */
export function timeOf(query: RawQuery, field: string): string | undefined {
  const value = query[field];
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : '';
  const [, date] = TIME.exec(text) ?? [];
  const ms = Date.parse(text);
  const isTime = date !== undefined && isDate(date) && !Number.isNaN(ms);
  if (isTime) return new Date(ms).toISOString();
  throw wrong(field, 'must be a time such as 2026-11-30T12:00:00Z, given once');
}

export function wrong(field: string, what: string): Error {
  return validationProblem([{ field, message: `${field} ${what}` }]);
}

/** 30 February would become another date. */
function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
