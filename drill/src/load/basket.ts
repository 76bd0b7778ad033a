import { HOT, PLAIN, type Product, SCARCE, SOLD_OUT, UNKNOWN } from '../site/catalogue.js';
import type { Random } from '../site/random.js';
import type { Kind, Line } from './ledger.js';

/** How often each kind of shopper comes, relative to the others. */
const SHARES: Readonly<Record<Kind, number>> = {
  plain: 30,
  lines: 15,
  hot: 15,
  scarce: 8,
  'sold-out': 4,
  'unknown-product': 2,
  'old-price': 3,
  concurrent: 6,
  again: 6,
  keyless: 4,
  'keyless-concurrent': 3,
  async: 3,
  impatient: 4,
  'reused-key': 2,
};
const KINDS = Object.keys(SHARES) as Kind[];
const ALL_SHARES = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
const LINES_MAX = 5;

export function anyKind(random: Random): Kind {
  let left = random.next() * ALL_SHARES;
  for (const kind of KINDS) {
    left -= SHARES[kind];
    if (left < 0) return kind;
  }
  return 'plain';
}

/** What a shopper of this kind puts into the cart. */
export function cartOf(kind: Kind, random: Random): Line[] {
  const one = (product: Product, quantity = 1 + random.int(3)): Line => ({
    productId: product.id,
    quantity,
    price: product.price,
  });
  switch (kind) {
    case 'lines': {
      const products = random.shuffle([...PLAIN, HOT]).slice(0, 2 + random.int(LINES_MAX - 1));
      return products.map((product) => one(product));
    }
    case 'hot':
      return [one(HOT)];
    case 'scarce':
      return [one(SCARCE), ...(random.int(2) === 0 ? [one(random.pick(PLAIN))] : [])];
    case 'sold-out':
      return random.shuffle([one(SOLD_OUT), one(random.pick(PLAIN))]);
    case 'unknown-product':
      return [one(UNKNOWN)];
    case 'old-price':
      return [{ ...one(random.pick(PLAIN)), price: '4.99' }];
    default:
      return [one(random.pick(PLAIN))];
  }
}
