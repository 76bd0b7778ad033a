/** One charge. All tries of one payment carry the same key, and the provider charges a key once. */
export interface ChargeRequest {
  key: string;
  amountMinor: number;
  currency: string;
  /** The token of the card, if the payer gave one. */
  card?: string;
}

/** What the provider decided about a key; asked again it says the same. */
export type ChargeOutcome =
  | { kind: 'approved' }
  | { kind: 'declined'; reason: string }
  /** Nothing is decided: the same charge may be approved later. */
  | { kind: 'soft-declined'; reason: string }
  /** The key was cancelled before it was charged, and will never be. */
  | { kind: 'voided' };

/**
 * What cancelling a key came to: the charge was given back, or there was none and never will be.
 */
export type CancelOutcome = 'refunded' | 'voided' | 'declined';

/**
 * The port to the provider that moves the money. Every call ends in bounded time. The adapter of a
 * provider without cancel-by-key charges the key again, to learn its outcome, and then refunds it.
 */
export interface PaymentProvider {
  /**
   * Throws Fault: PROVIDER_UNAVAILABLE (retryable; the charge may have happened) or AMOUNT_MISMATCH
   * (the key was used for another amount).
   */
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  /** One atomic act at the provider; repeatable. Throws Fault PROVIDER_UNAVAILABLE. */
  cancel(key: string): Promise<CancelOutcome>;
}
