import { type GuestCart, readGuestCart } from './guest-cart.js';

const KEY = 'backstitch.cart';
const listeners = new Set<() => void>();

export function storedCart(): GuestCart {
  return (
    readGuestCart(localStorage.getItem(KEY)) ?? { id: crypto.randomUUID(), version: 1, items: [] }
  );
}

/** The change is made of what is stored now, which another tab may have written. */
export function changeStoredCart(change: (cart: GuestCart) => GuestCart): void {
  const cart = storedCart();
  const changed = change(cart);
  if (changed === cart) return;
  localStorage.setItem(KEY, JSON.stringify(changed));
  for (const listener of listeners) listener();
}

/** Told of changes in this tab and in others. */
export function onStoredCart(listener: () => void): () => void {
  const ofOtherTab = ({ key }: StorageEvent) => {
    if (key === KEY) listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', ofOtherTab);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', ofOtherTab);
  };
}
