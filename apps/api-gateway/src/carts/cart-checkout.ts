import { createHash } from 'node:crypto';
import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  type CartCheckoutDto,
  type CartForCheckout,
  formatIdempotencyKey,
  type OrderedLine,
  type PricedCart,
  toMinor,
} from '@backstitch/shared-types';

const KEY_LENGTH_MAX = 255;

/**
 * The key of the checkout of a version of a cart, in the form that apps send to each other: two clicks
 * have the same one. Pure.
 */
export function cartKey(subject: string, version: number): string {
  const user = encodeURIComponent(subject);
  const key = `cart:${user}:${version}`;
  if (key.length <= KEY_LENGTH_MAX) return formatIdempotencyKey(key);
  const hash = createHash('sha256').update(subject).digest('base64url');
  return formatIdempotencyKey(`cart:${hash}:${version}`);
}

/** Throws 400 for a total that is no amount of the currency. */
export function expectedTotalMinor(
  { expectedTotal }: CartCheckoutDto,
  digits: number,
): number | undefined {
  if (expectedTotal === undefined || expectedTotal === null) return undefined;
  const minor = toMinor(expectedTotal, digits);
  if (minor !== undefined) return minor;
  const message = `expectedTotal must be a decimal with at most ${digits} digits behind the point`;
  throw validationProblem([{ field: 'expectedTotal', message }]);
}

/**
 * The lines of the order that this version became: the click is a second one. Undefined when it is still
 * the version of the cart. Throws 409.
 */
export function linesOrdered(cart: CartForCheckout, version: number): OrderedLine[] | undefined {
  if (cart.version !== version) {
    if (cart.ordered) return cart.ordered;
    const detail = `The cart has version ${cart.version}, not ${version}. Nothing was recorded.`;
    throw new Problem('CART_CHANGED', detail, { extensions: { version: cart.version } });
  }
  if (cart.items.length === 0) throw new Problem('CART_EMPTY');
  return undefined;
}

/** The lines of a checkout at the prices of today, which must be what the shopper saw. Throws 409. */
export function linesToday(
  cart: PricedCart,
  expectedMinor: number | undefined,
  digits: number,
): OrderedLine[] {
  const lines = cart.items.flatMap(({ productId, quantity, price, isAvailable }) =>
    isAvailable && price !== null ? [{ productId, quantity, price }] : [],
  );
  if (lines.length < cart.items.length) throw unavailable(cart);
  if (expectedMinor === undefined || toMinor(cart.total, digits) === expectedMinor) return lines;
  const message = `The cart costs ${cart.total} today`;
  throw new Problem('PRICE_CHANGED', `${message}. Nothing was recorded.`, {
    errors: [{ field: 'expectedTotal', message }],
    extensions: { total: cart.total },
  });
}

function unavailable({ items }: PricedCart): Problem {
  const errors = items
    .filter(({ isAvailable }) => !isAvailable)
    .map(({ productId, name }) => {
      const product = name === null ? `Product ${productId}` : `${name} (${productId})`;
      return { field: 'items', message: `${product} cannot be bought now`, productId };
    });
  const detail = `${errors.map(({ message }) => message).join('; ')}. Nothing was recorded.`;
  return new Problem('PRODUCT_UNAVAILABLE', detail, { errors });
}
