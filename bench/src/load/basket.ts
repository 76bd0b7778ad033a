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
  basket: Basket,
  random: () => number,
  userId = `user-${Math.floor(random() * USERS)}`,
): string {
  return JSON.stringify({ userId, items: itemsOf(basket, random) });
}

/** One request of a load. */
export interface Checkout {
  body: string;
  /** The access token that it carries. */
  token?: string;
}

/**
 * Checkouts of such orders, one after the other: of random users without a token, or of the user of
 * the next token, who is named nowhere else.
 */
export function checkouts(
  basket: Basket,
  tokens?: { next: () => string },
  random: () => number = Math.random,
): () => Checkout {
  if (!tokens) return () => ({ body: checkoutBody(basket, random) });
  return () => ({
    body: JSON.stringify({ items: itemsOf(basket, random) }),
    token: tokens.next(),
  });
}

function itemsOf({ products, lines }: Basket, random: () => number) {
  const numbers = new Set<number>();
  while (numbers.size < lines) numbers.add(1 + Math.floor(random() * products));
  return [...numbers].map((number) => ({
    productId: benchProductId(number),
    quantity: 1,
    price: BENCH_PRICE,
  }));
}
