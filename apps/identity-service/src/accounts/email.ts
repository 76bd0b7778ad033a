import { type Problem, validationProblem } from '@backstitch/service-kit';

/** ASCII only, so that one address is one text, for PostgreSQL and for mail servers, too. */
const FORM = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/;
const LENGTH_MAX = 254;

/** An e-mail address as it is stored; undefined for a text that is none. Pure. */
export function storedEmail(text: string): string | undefined {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower.length <= LENGTH_MAX && FORM.test(lower) ? lower : undefined;
}

export function emailProblem(): Problem {
  return validationProblem([{ field: 'email', message: 'email must be an e-mail address' }]);
}
