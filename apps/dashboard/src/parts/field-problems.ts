import { ApiProblem } from '@backstitch/api-client';

/** What the server says of the fields of a form, by their names. Pure. */
export function fieldProblems(
  error: unknown,
  fields: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const errors = error instanceof ApiProblem ? error.errors : [];
  const known = errors.filter(({ field }) => field !== undefined && fields.includes(field));
  return Object.fromEntries(known.map(({ field, message }) => [field, message]));
}
