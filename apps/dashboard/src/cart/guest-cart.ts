/** What a guest wants to buy. Each change raises its version: an order is of one version. */
export interface GuestCart {
  /** Of this cart among all carts of all guests: part of the key of its orders. */
  id: string;
  version: number;
  items: readonly GuestLine[];
  /** The order of this version that is under way. */
  ordered?: { orderId: string; sagaId: string };
}

interface GuestLine {
  productId: string;
  quantity: number;
}

/** The same for each click, each tab and each reload, until the cart is changed. */
export function checkoutKey({ id, version }: Pick<GuestCart, 'id' | 'version'>): string {
  return `cart-${id}-${version}`;
}

/** Quantity 0 removes the line. Pure. */
export function withQuantity(cart: GuestCart, productId: string, quantity: number): GuestCart {
  const has = cart.items.some((item) => item.productId === productId);
  const line = { productId, quantity };
  const items = has
    ? cart.items.map((item) => (item.productId === productId ? line : item))
    : [...cart.items, line];
  return next(
    cart,
    items.filter((item) => item.quantity > 0),
  );
}

/** After the end of its order: empty when it was bought, else the same lines in a new version. */
export function afterOrder(cart: GuestCart, sagaId: string, isBought: boolean): GuestCart {
  if (cart.ordered?.sagaId !== sagaId) return cart;
  return next(cart, isBought ? [] : cart.items);
}

function next({ id, version }: GuestCart, items: readonly GuestLine[]): GuestCart {
  return { id, version: version + 1, items };
}

/** Undefined when it is no cart: the storage of a browser can hold anything. */
export function readGuestCart(text: string | null): GuestCart | undefined {
  if (text === null) return undefined;
  try {
    const cart = JSON.parse(text) as Partial<GuestCart> | null;
    if (typeof cart?.id !== 'string' || !Number.isInteger(cart.version)) return undefined;
    return Array.isArray(cart.items) && cart.items.every(isLine) ? (cart as GuestCart) : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is GuestLine {
  const { productId, quantity } = (value ?? {}) as Partial<GuestLine>;
  return typeof productId === 'string' && Number.isInteger(quantity) && (quantity as number) > 0;
}
