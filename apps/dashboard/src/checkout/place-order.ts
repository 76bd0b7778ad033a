import { ApiProblem } from '@backstitch/api-client';
import { api, siteNow } from '../app/api.js';
import type { Cart } from '../cart/cart.js';
import { checkoutKey } from '../cart/guest-cart.js';
import { changeStoredCart, storedCart } from '../cart/guest-cart.storage.js';

export interface PlacedOrder {
  orderId: string;
  sagaId: string;
}

/** The answer is 202 at once; the order is followed by its saga. */
const PREFER = { Prefer: 'respond-async' } as const;
const TRIES_MAX = 5;

/** The order of the account's cart. The server makes one order of each version, however often it is asked. */
export async function orderAccountCart({ version, total }: Cart): Promise<PlacedOrder> {
  return again(async () => {
    const { data } = await api.POST('/api/carts/{userId}/checkout', {
      params: { path: { userId: 'me' }, header: PREFER },
      body: { version, expectedTotal: total },
    });
    return placed(data!);
  });
}

/**
 * The order of the guest's cart. Its key names the cart and the version that the guest sees: another
 * tab may have ordered it, and emptied the cart, since this one was drawn.
 */
export async function orderGuestCart({ items, version }: Cart): Promise<PlacedOrder> {
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
  const body = { items: lines, ...(guests === 'open' && { userId: `guest-${id}` }) };
  const order = await again(async () => {
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

/** While another tab's click of the same version is being accepted, its answer is waited for. */
async function again(send: () => Promise<PlacedOrder>): Promise<PlacedOrder> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      const known = orderIn(error);
      if (known) return known;
      if (!isInProgress(error) || tries === TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1_000));
    }
  }
}

function isInProgress(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && error.code === 'CHECKOUT_IN_PROGRESS';
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
