import { ApiProblem } from '@backstitch/api-client';
import { api, type Schemas, siteNow } from '../app/api.js';
import type { Cart } from '../cart/cart.js';
import { checkoutKey } from '../cart/guest-cart.js';
import { changeStoredCart, storedCart } from '../cart/guest-cart.storage.js';
import type { Delivery } from './delivery-form.js';

export interface PlacedOrder {
  orderId: string;
  sagaId: string;
}

/** What the shopper says besides the cart. */
export interface OrderTerms {
  paymentMethod?: NonNullable<Schemas['CartCheckoutDto']['paymentMethod']>;
  delivery?: Delivery;
}

/** The answer is 202 at once; the order is followed by its saga. */
const PREFER = { Prefer: 'respond-async' } as const;
const TRIES_MAX = 5;

/** The order of the account's cart. The server makes one order of each version, however often it is asked. */
export async function orderAccountCart(
  { version, total }: Cart,
  terms: OrderTerms,
): Promise<PlacedOrder> {
  return again(newestOrder, async () => {
    const { data } = await api.POST('/api/carts/{userId}/checkout', {
      params: { path: { userId: 'me' }, header: PREFER },
      body: { version, expectedTotal: total, ...terms },
    });
    return placed(data!);
  });
}

/**
 * The order of the guest's cart. Its key names the cart and the version that the guest sees: another
 * tab may have ordered it, and emptied the cart, since this one was drawn.
 */
export async function orderGuestCart(
  { items, version }: Cart,
  terms: OrderTerms,
): Promise<PlacedOrder> {
  const { id } = storedCart();
  const key = checkoutKey({ id, version });
  const lines = items.map(({ productId, quantity, price }) => ({
    productId,
    quantity,
    price: price!,
  }));
  const { guests } = await siteNow();
  // With a token the server knows the guest. Without one, the cart names the guest: it was stored
  // before its tabs were opened, while a name that is made now could differ from that of another tab.
  const body = { items: lines, ...(guests === 'open' && { userId: `guest-${id}` }), ...terms };
  const order = await again(orderOfOtherTab, async () => {
    const { data } = await api.POST('/api/checkout', {
      params: { header: { ...PREFER, 'Idempotency-Key': key } },
      body: body as typeof body & { userId: string },
    });
    return placed(data!);
  });
  changeStoredCart((now) => (now.version === version ? { ...now, ordered: order } : now));
  return order;
}

function placed({ orderId, sagaId }: PlacedOrder): PlacedOrder {
  return { orderId, sagaId };
}

/** Of this version of the cart; the tab that ordered it stores the order with the cart. */
async function orderOfOtherTab(): Promise<PlacedOrder | undefined> {
  return storedCart().ordered;
}

async function newestOrder(): Promise<PlacedOrder | undefined> {
  const query = { userId: 'me', limit: '1' };
  const { data } = await api.GET('/api/orders', { params: { query: query as never } });
  const [{ id, sagaId } = { id: '', sagaId: null }] = data!.orders;
  return sagaId === null ? undefined : { orderId: id, sagaId };
}

/**
 * While another tab's click of the same version is being accepted, its answer is waited for. Where the
 * other tab paid by another card, the order is found by `ordered`: this click made none.
 */
async function again(
  ordered: () => Promise<PlacedOrder | undefined>,
  send: () => Promise<PlacedOrder>,
): Promise<PlacedOrder> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      const isOther = hasCode(error, 'IDEMPOTENCY_KEY_REUSED');
      const known = orderIn(error) ?? (isOther ? await ordered() : undefined);
      if (known) return known;
      const isPassing = isOther || hasCode(error, 'CHECKOUT_IN_PROGRESS');
      if (!isPassing || tries === TRIES_MAX) throw error;
      const waitMs = (error as ApiProblem).retryAfterMs ?? 1_000;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof ApiProblem && error.code === code;
}

/**
 * An order that the server recorded and then undid, or whose outcome is not known yet: its page says
 * how it stands.
 */
function orderIn(error: unknown): PlacedOrder | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  const { orderId, sagaId } = error.members;
  if (typeof orderId !== 'string' || typeof sagaId !== 'string') return undefined;
  return { orderId, sagaId };
}
