import type { Problem } from '@backstitch/service-kit';
import { describe, expect, it } from '@jest/globals';
import { forwardedKey, validateLines } from './checkout.js';

const A = '00000000-0000-4000-8000-00000000000a';

function problemOf(attempt: () => unknown): Problem {
  try {
    attempt();
  } catch (error) {
    return error as Problem;
  }
  throw new Error('nothing was refused');
}

describe('the Idempotency-Key at the edge', () => {
  it('is forwarded in one form, whichever form it arrived in', () => {
    expect(forwardedKey(['order-1'])).toBe('"order-1"');
    expect(forwardedKey(['"order-1"'])).toBe('"order-1"');
  });

  it('may be absent', () => {
    expect(forwardedKey(undefined)).toBeUndefined();
  });

  it.each([
    ['empty', ['']],
    ['too long', ['k'.repeat(256)]],
    ['sent twice', ['order-1', 'order-1']],
  ])('is refused by name when it is %s', (_name, values) => {
    const problem = problemOf(() => forwardedKey(values));
    expect(problem.code).toBe('INVALID_IDEMPOTENCY_KEY');
    expect(problem.options.errors).toEqual([expect.objectContaining({ field: 'Idempotency-Key' })]);
  });
});

describe('lines that conflict with each other', () => {
  it('are refused with the name of every invalid field', () => {
    const problem = problemOf(() =>
      validateLines(
        {
          userId: 'user-123',
          items: [
            { productId: A, quantity: 1000, price: '1.00' },
            { productId: A, quantity: 1, price: '1.00' },
            { productId: A, quantity: 1, price: '1.001' },
          ],
        },
        2,
      ),
    );
    expect(problem.code).toBe('VALIDATION_FAILED');
    expect(problem.options.errors?.map(({ field }) => field)).toEqual(['items.2.price', 'items']);
  });
});
