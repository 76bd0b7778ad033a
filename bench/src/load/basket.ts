/** How the orders of a load look. */
export interface Basket {
  /** Products in the catalogue to choose from; 1 is one product that all buyers want. */
  products: number;
  /** Different products in each order. */
  lines: number;
}

export const BENCH_PRICE = '29.99';
/** So many that no user buys the same twice within a minute and gets the first answer again. */
const USERS = 1_000_000_000;

/** The id of the n-th product of the benchmark's catalogue, from 1; the catalogues' SQL makes the same. */
export function benchProductId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The body of one checkout: a random user, unless one is named, buys one each of so many products. */
export function checkoutBody(
  { products, lines }: Basket,
  random: () => number,
  userId = `user-${Math.floor(random() * USERS)}`,
): string {
  const numbers = new Set<number>();
  while (numbers.size < lines) numbers.add(1 + Math.floor(random() * products));
  return JSON.stringify({
    userId,
    items: [...numbers].map((number) => ({
      productId: benchProductId(number),
      quantity: 1,
      price: BENCH_PRICE,
    })),
  });
}
