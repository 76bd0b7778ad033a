import {
  type CartLine,
  type CartView,
  fromMinor,
  type PricedCart,
  type PricedCartLine,
  type ProductView,
  toMinor,
} from '@backstitch/shared-types';

/** In which the prices of the catalogue are. */
export interface Currency {
  name: string;
  /** Minor digits. */
  digits: number;
}

/**
 * A cart with the prices of today. A line stays a line when its product is not in `products`: then it
 * has no price and is not available. Pure.
 */
export function pricedCart(
  { version, items }: CartView,
  products: readonly ProductView[],
  currency: Currency,
): PricedCart {
  const byId = new Map(products.map((product) => [product.id, product]));
  const lines = items.map((line) => pricedLine(line, byId.get(line.productId), currency));
  const totalMinor = lines.reduce((sum, { total, isAvailable }) => {
    return isAvailable && total !== null ? sum + toMinor(total, currency.digits)! : sum;
  }, 0);
  const total = fromMinor(totalMinor, currency.digits);
  return { version, items: lines, total, currency: currency.name };
}

function pricedLine(
  line: CartLine,
  product: ProductView | undefined,
  { digits }: Currency,
): PricedCartLine {
  const priceMinor = product && toMinor(product.price, digits);
  if (!product || priceMinor === undefined) {
    const unknown = { name: null, imageUrl: null, price: null, total: null };
    return { ...line, ...unknown, isAvailable: false, available: 0 };
  }
  const { name, imageUrl, isAvailable, available } = product;
  return {
    ...line,
    name,
    imageUrl,
    price: fromMinor(priceMinor, digits),
    total: fromMinor(priceMinor * line.quantity, digits),
    isAvailable,
    available,
  };
}
