import type { ActorRole } from '@backstitch/shared-types';

/** The signals that end the saga of an order before its sale is complete. */
export const CANCEL_SIGNALS = {
  customer: 'customer-cancel',
  shop: 'seller-cancel',
} as const;

/** By which signal a person in this role cancels. */
export function cancelSignalOf(role: ActorRole): string {
  return role === 'customer' ? CANCEL_SIGNALS.customer : CANCEL_SIGNALS.shop;
}
