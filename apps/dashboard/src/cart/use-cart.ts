import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, queries, siteNow } from '../app/api.js';
import {
  mayShop,
  type SessionState,
  useAccount,
  useProfile,
  useSessionState,
} from '../app/session.js';
import { productsById } from '../shop/use-products.js';
import { type Cart, pricedCart } from './cart.js';
import { withQuantity } from './guest-cart.js';
import { changeStoredCart, onStoredCart, storedCart } from './guest-cart.storage.js';

const ME = { params: { path: { userId: 'me' } } } as const;

async function readCart(state: SessionState): Promise<Cart> {
  if (state === 'user') {
    await adoptGuestCart();
    return (await api.GET('/api/carts/{userId}', ME)).data!;
  }
  const cart = storedCart();
  const { currency } = await siteNow();
  const ids = cart.items.map(({ productId }) => productId);
  return pricedCart(cart, await productsById(ids), currency);
}

/** After a log-in: what the guest had put into the cart goes into that of the account. */
async function adoptGuestCart(): Promise<void> {
  const { items, ordered } = storedCart();
  if (items.length === 0 || ordered) return;
  const { data: own } = await api.GET('/api/carts/{userId}', ME);
  for (const { productId, quantity } of items) {
    const had = own!.items.find((line) => line.productId === productId)?.quantity ?? 0;
    await setAccountQuantity(productId, Math.max(had, quantity));
    changeStoredCart((cart) => withQuantity(cart, productId, 0));
  }
}

async function setAccountQuantity(productId: string, quantity: number): Promise<void> {
  const params = { path: { userId: 'me', productId } };
  const path = '/api/carts/{userId}/items/{productId}';
  if (quantity === 0) await api.DELETE(path, { params });
  else await api.PUT(path, { params, body: { quantity } });
}

interface CartQuery {
  data: Cart | undefined;
  error: Error | null;
  /** The account is of a person who does not buy. */
  hasNone: boolean;
  refetch: () => void;
}

/** The cart of the account, kept by the server; a guest's is kept in this browser. */
export function useCart(): CartQuery {
  const state = useSessionState();
  const account = useAccount();
  const profile = useProfile();
  useEffect(() => onStoredCart(() => void refreshCart()), []);
  const { data, error, refetch } = useQuery({
    queryKey: ['cart', state],
    queryFn: () => readCart(state),
    enabled: state === 'guest' || (profile !== undefined && mayShop(profile)),
  });
  return {
    data,
    error: error ?? (profile ? null : account.error),
    hasNone: profile !== undefined && !mayShop(profile),
    refetch: () => void (error ? refetch() : account.refetch()),
  };
}

export function refreshCart(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['cart'] });
}

/** Units in the cart; undefined until it is known. */
export function useCartCount(): number | undefined {
  return useCart().data?.items.reduce((count, { quantity }) => count + quantity, 0);
}

interface Change {
  productId: string;
  quantity: number;
}

/** Sets the quantity of a product; 0 removes it. Changes are made one after another. */
export function useSetQuantity() {
  const state = useSessionState();
  return useMutation({
    scope: { id: 'cart' },
    mutationFn: async ({ productId, quantity }: Change) => {
      if (state === 'user') await setAccountQuantity(productId, quantity);
      else changeStoredCart((cart) => withQuantity(cart, productId, quantity));
    },
    onSettled: refreshCart,
  });
}
