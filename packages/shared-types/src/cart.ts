/** What a caller put into the cart of the own account. */
export interface CartLine {
  productId: string;
  quantity: number;
}

/** A cart as order-service keeps it: without prices. */
export interface CartView {
  /** It rises by one with every change. 0: nothing was ever put into it. */
  version: number;
  /** In the order of the product ids. */
  items: CartLine[];
}

/** A cart for its checkout. */
export interface CartForCheckout extends CartView {
  /**
   * Of a version that is over, if it was the last one that became an order, within a day: the lines of
   * this order. So a second click gets the answer of the first one.
   */
  ordered: OrderedLine[] | null;
}

export interface OrderedLine extends CartLine {
  /** A decimal string. */
  price: string;
}

/** One line of a cart with what the catalogue says today. */
export interface PricedCartLine extends CartLine {
  /** Null for a product that is not in the catalogue any more; price and total, too. */
  name: string | null;
  imageUrl: string | null;
  price: string | null;
  /** Price by quantity. */
  total: string | null;
  /** False: it is not sold now, and not in the total of the cart. */
  isAvailable: boolean;
  /** Units that can be bought now. */
  available: number;
}

export interface PricedCart {
  version: number;
  items: PricedCartLine[];
  /** Of the lines that are available. */
  total: string;
  currency: string;
}
