/** What shall be charged to a card. One key has one intent. */
export interface IntentRequest {
  key: string;
  amountMinor: number;
  currency: string;
  /** Stands for the card. */
  token: string;
}

/**
 * unconfirmed: nothing was charged so far, and a confirm may charge it. succeeded: charged.
 * declined: not charged, and another confirm may charge it at some providers. voided: dead.
 */
export type IntentState = 'unconfirmed' | 'succeeded' | 'declined' | 'voided';

export interface Intent {
  ref: string;
  state: IntentState;
  amountMinor: number;
  currency: string;
  declineCode: string | null;
  authCode: string | null;
  feeMinor: number | null;
}

/** A part of a charge, or all of it. One key has one refund. */
export interface RefundRequest {
  key: string;
  /** The key of the charge. */
  chargeKey: string;
  amountMinor: number;
  currency: string;
}

/** PENDING: accepted and not finished; the same call tells later how it ended. */
export type RefundState = 'PENDING' | 'SUCCEEDED' | 'FAILED';

/**
 * The port to the provider for payments that a customer makes. To create an intent moves no money,
 * so its outcome may be unknown without harm. Every call ends in bounded time, and throws Fault
 * PROVIDER_UNAVAILABLE when its outcome is unknown, or AMOUNT_MISMATCH when its key was used for
 * another amount.
 */
export interface IntentProvider {
  /** Answers the id of the intent; repeatable under its key. */
  create(request: IntentRequest): Promise<string>;
  /** Charges the intent; repeatable. A charge under its id is refunded by this id. */
  confirm(ref: string): Promise<Intent>;
  /** Ends an intent that has not succeeded, so that it never will; repeatable. */
  void(ref: string): Promise<Intent>;
  /** Gives money back; repeatable under its key. */
  refund(request: RefundRequest): Promise<RefundState>;
}
