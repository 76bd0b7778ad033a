import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  type CheckoutRequestDto,
  checkoutLines,
  formatIdempotencyKey,
  IDEMPOTENCY_KEY_RULE,
  parseIdempotencyKey,
} from '@backstitch/shared-types';

/** Throws the 400 that names every field which no single field's validator could judge. */
export function refuseImpossibleLines(body: CheckoutRequestDto, digits: number): void {
  const result = checkoutLines(body, digits);
  if ('problems' in result) throw validationProblem(result.problems);
}

/**
 * The Idempotency-Key in the one form that apps pass on; undefined when the caller sent none.
 * `values` are the header's lines: two keys on one request are none that could be honoured.
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
