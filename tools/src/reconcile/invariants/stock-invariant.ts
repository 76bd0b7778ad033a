import type { ProductRow } from '../reading/rows.js';

/** What is wrong with a product's numbers; undefined when nothing is. */
export function stockProblem({ received, stock, held, consumed }: ProductRow): string | undefined {
  const sum = `${stock} in stock + ${held} reserved + ${consumed} sold`;
  if (received !== stock + held + consumed) return `received ${received}, but ${sum}`;
  const negative = [received, stock, held, consumed].some((number) => number < 0);
  return negative ? `something is negative: ${sum}` : undefined;
}
