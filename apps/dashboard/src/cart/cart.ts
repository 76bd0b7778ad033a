import type { Product, Schemas } from '../app/api.js';
import { sum, times } from '../parts/minor.js';
import type { GuestCart } from './guest-cart.js';

export type CartLine = Schemas['PricedCartLineAnswer'];
export type Cart = Schemas['PricedCartAnswer'];

/** The cart of a guest with the prices of today, as the server prices the cart of an account. Pure. */
export function pricedCart(
  { version, items }: GuestCart,
  products: ReadonlyMap<string, Product>,
  currency: string,
): Cart {
  const lines = items.map(({ productId, quantity }) => {
    return lineOf(productId, quantity, products.get(productId));
  });
  const bought = lines.flatMap(({ isAvailable, total }) =>
    isAvailable && total !== null ? [total] : [],
  );
  return { version, items: lines, total: sum(bought), currency };
}

function lineOf(productId: string, quantity: number, product: Product | undefined): CartLine {
  if (!product) {
    const none = { name: null, imageUrl: null, price: null, total: null };
    return { productId, quantity, ...none, isAvailable: false, available: 0 };
  }
  const { name, imageUrl, price, isAvailable, available } = product;
  const total = times(price, quantity);
  return { productId, quantity, name, imageUrl, price, total, isAvailable, available };
}

/** Why the cart cannot be ordered now; undefined when it can. */
export function orderObstacle({ items }: Cart): string | undefined {
  if (items.length === 0) return 'The cart is empty';
  const gone = items.find(({ isAvailable }) => !isAvailable);
  if (gone) return `${gone.name ?? 'A product'} cannot be bought now. Remove it to go on.`;
  const short = items.find(({ quantity, available }) => quantity > available);
  if (!short) return undefined;
  const left = short.available === 0 ? 'is sold out' : `has only ${short.available} left`;
  return `${short.name ?? 'A product'} ${left}. Change the quantity to go on.`;
}
