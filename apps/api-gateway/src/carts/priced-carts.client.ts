import type { Caller } from '@backstitch/auth';
import {
  type CartForCheckout,
  type CartView,
  currencyDigits,
  PAGE_LIMIT_MAX,
  type PricedCart,
  type ProductView,
} from '@backstitch/shared-types';
import type { InventoryClient } from '../services/inventory.client.js';
import type { OrderClient } from '../services/order.client.js';
import { jsonOf } from '../services/service-answer.js';
import { type Currency, pricedCart } from './priced-cart.js';

/** Whose cart is read, and for which request. */
export interface CartAsking {
  caller: Caller;
  requestId: string;
}

/** Reads carts from order-service, and their prices from inventory-service. Throws 503. */
export class PricedCarts {
  private readonly currency: Currency;

  constructor(
    private readonly orders: OrderClient,
    private readonly inventory: InventoryClient,
    currency: string,
  ) {
    this.currency = { name: currency, digits: currencyDigits(currency) };
  }

  async read(asking: CartAsking): Promise<PricedCart> {
    return this.price((await this.cartOf(asking, '/carts/me')) as CartView, asking);
  }

  /** The cart for the checkout of one of its versions. */
  async readForCheckout(asking: CartAsking, version: number): Promise<CartForCheckout> {
    return (await this.cartOf(asking, `/carts/me?version=${version}`)) as CartForCheckout;
  }

  async price(cart: CartView, { requestId }: CartAsking): Promise<PricedCart> {
    const ids = cart.items.map(({ productId }) => productId);
    if (ids.length === 0) return pricedCart(cart, [], this.currency);
    const path = `/products?limit=${PAGE_LIMIT_MAX}&ids=${ids.join(',')}`;
    const headers = { 'x-request-id': requestId };
    const forwarded = await this.inventory.forward({ method: 'GET', path, headers });
    return pricedCart(cart, jsonOf(forwarded) as ProductView[], this.currency);
  }

  private async cartOf({ caller, requestId }: CartAsking, path: string): Promise<unknown> {
    const headers = { 'x-request-id': requestId };
    return jsonOf(await this.orders.forward({ method: 'GET', path, headers, caller }));
  }
}
