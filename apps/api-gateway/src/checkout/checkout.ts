import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  type CheckoutRequestDto,
  checkoutLines,
  formatIdempotencyKey,
  IDEMPOTENCY_KEY_RULE,
  parseIdempotencyKey,
} from '@backstitch/shared-types';

/** Checks what concerns several fields. Throws a 400 that names every invalid field. */
export function validateLines(body: CheckoutRequestDto, digits: number): void {
  const result = checkoutLines(body, digits);
  if ('problems' in result) throw validationProblem(result.problems);
}

/**
 * The Idempotency-Key in the form that apps send to each other; undefined without one. `values` are
 * the values of the header: a request with two keys is invalid.
 */
export function forwardedKey(values: readonly string[] | undefined): string | undefined {
  if (!values || values.length === 0) return undefined;
  const key = values.length === 1 ? parseIdempotencyKey(values[0]!) : undefined;
  if (key !== undefined) return formatIdempotencyKey(key);
  const message = IDEMPOTENCY_KEY_RULE;
  throw new Problem('INVALID_IDEMPOTENCY_KEY', message, {
    errors: [{ field: 'Idempotency-Key', message }],
  });
}
