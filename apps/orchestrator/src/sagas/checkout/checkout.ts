import { createHash } from 'node:crypto';
import type { SagaStatus } from '@backstitch/saga-engine';
import { type CheckoutLine, fromMinor, timeOfUuid, totalMinorOf } from '@backstitch/shared-types';

/** What the saga of a checkout works on, as its row keeps it: amounts are decimal strings. */
export interface CheckoutInput {
  userId: string;
  items: { productId: string; quantity: number; price: string }[];
  totalAmount: string;
}

export function checkoutInput(
  userId: string,
  lines: readonly CheckoutLine[],
  digits: number,
): CheckoutInput {
  return {
    userId,
    items: lines.map(({ productId, quantity, priceMinor }) => ({
      productId,
      quantity,
      price: fromMinor(priceMinor, digits),
    })),
    totalAmount: fromMinor(totalMinorOf(lines), digits),
  };
}

/** Longer than a gateway goes on forwarding a checkout, and far shorter than a finished saga is kept. */
const MAY_BEGIN_FOR_MS = 3_600_000;

/**
 * True for the id of a saga that was made long ago: the saga may have ended and been removed, and would
 * begin a second time. An id without a time counts as new.
 */
export function isTooOldToBegin(sagaId: string, nowMs: number): boolean {
  const madeMs = timeOfUuid(sagaId);
  return madeMs !== undefined && madeMs < nowMs - MAY_BEGIN_FOR_MS;
}

/** The input as a row holds it; undefined when it is not that of a checkout. */
function checkoutInputOf(stored: unknown): CheckoutInput | undefined {
  const { userId, items, totalAmount } = (stored ?? {}) as Partial<CheckoutInput>;
  const isOne = typeof userId === 'string' && typeof totalAmount === 'string';
  return isOne && Array.isArray(items) ? { userId, items, totalAmount } : undefined;
}

/** Whether a saga's stored input is this one, whatever order a database keeps its members in. */
export function isSameInput(stored: unknown, input: CheckoutInput): boolean {
  const other = checkoutInputOf(stored);
  return other !== undefined && canonical(other) === canonical(input);
}

function canonical({ userId, items, totalAmount }: CheckoutInput): string {
  const lines = items.map(({ productId, quantity, price }) => [productId, quantity, price]);
  return JSON.stringify([userId, lines, totalAmount]);
}

/**
 * Equal for checkouts that ask for the same: same user, same quantities per product, same claimed
 * prices in minor units. The lines come summed and in product order (see checkoutLines).
 */
export function fingerprint(userId: string, lines: readonly CheckoutLine[]): string {
  const canonical = [userId, lines.map((line) => [line.productId, line.quantity, line.priceMinor])];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
}

/**
 * What names a checkout: the caller's own key, or, without one, what it asks for. The row of this name
 * belongs to one saga.
 */
export interface Claim {
  caller: string;
  kind: 'KEYED' | 'KEYLESS';
  key: string;
  requestHash: string;
}

export function claimOf(userId: string, lines: readonly CheckoutLine[], key?: string): Claim {
  const requestHash = fingerprint(userId, lines);
  return key === undefined
    ? { caller: userId, kind: 'KEYLESS', key: requestHash, requestHash }
    : { caller: userId, kind: 'KEYED', key, requestHash };
}

/** The checkout that a claim row names, read together with its saga by the database's clock. */
export interface ClaimHolder {
  requestHash: string;
  /** Claim and saga's end are past the time for which a key is promised to be remembered. */
  forgotten: boolean;
  /** Undefined when the saga's row is gone without an answer: an operator removed it. */
  status: SagaStatus | undefined;
  /** DONE, and finished less than the dedupe window ago. */
  justFinished: boolean;
}

/** replay: join that saga · reused: the key names another body · free: the claim may be taken */
export type ClaimVerdict = 'replay' | 'reused' | 'free';

/**
 * What a request may do about a claim that another request has. A keyed claim is kept whatever
 * became of its saga: the same key gets the same outcome, success or rejection. Its age counts from
 * the end of the saga. A keyless claim is joined only while the saga runs, or has just succeeded.
 * From the decision to undo on it is free, so that the shopper can try again.
 */
export function decideClaim(claim: Claim, holder: ClaimHolder): ClaimVerdict {
  const isUnfinished = holder.status === 'RUNNING' || holder.status === 'COMPENSATING';
  if (holder.status === undefined || (holder.forgotten && !isUnfinished)) return 'free';
  if (claim.kind === 'KEYED') {
    return holder.requestHash === claim.requestHash ? 'replay' : 'reused';
  }
  return holder.status === 'RUNNING' || holder.justFinished ? 'replay' : 'free';
}
