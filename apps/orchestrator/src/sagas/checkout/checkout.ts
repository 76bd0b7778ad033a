import { createHash } from 'node:crypto';
import type { SagaStatus } from '@backstitch/saga-engine';
import {
  type CheckoutLine,
  fromMinor,
  isOpenCallerId,
  openCallerId,
  timeOfUuid,
  totalMinorOf,
} from '@backstitch/shared-types';

/** Who checks out. */
export interface Buyer {
  /** The id of the caller, who owns the checkout and its keys. */
  caller: string;
  /** As the order has it: the subject of the caller. */
  userId: string;
}

/** What the saga of a checkout works on, as its row keeps it: amounts are decimal strings. */
export interface CheckoutInput {
  userId: string;
  items: { productId: string; quantity: number; price: string }[];
  totalAmount: string;
  /** Who owns it; see ownerOf. An earlier release stored none. */
  caller?: string;
  /** The version of the owner's cart that is checked out. */
  cartVersion?: number;
  /** The card to charge, if the shopper named one. */
  cardToken?: string;
}

/** What a checkout may have besides its lines. */
export interface CheckoutAdditions {
  cartVersion?: number | undefined;
  /** The id that its order must have. */
  orderId?: string | undefined;
  /** Of its delivery, which the saga does not know. */
  deliveryHash?: string | undefined;
  /** The token of the card to charge. */
  cardToken?: string | undefined;
}

export function checkoutInput(
  { caller, userId }: Buyer,
  lines: readonly CheckoutLine[],
  digits: number,
  { cartVersion, cardToken }: Pick<CheckoutAdditions, 'cartVersion' | 'cardToken'> = {},
): CheckoutInput {
  return {
    userId,
    caller,
    ...(cartVersion !== undefined && { cartVersion }),
    ...(cardToken !== undefined && { cardToken }),
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
  const { userId, items, totalAmount, caller, cartVersion, cardToken } = (stored ??
    {}) as Partial<CheckoutInput>;
  const isOne = typeof userId === 'string' && typeof totalAmount === 'string';
  if (!isOne || !Array.isArray(items)) return undefined;
  return {
    userId,
    items,
    totalAmount,
    ...(caller !== undefined && { caller }),
    ...(cartVersion !== undefined && { cartVersion }),
    ...(cardToken !== undefined && { cardToken }),
  };
}

/** The caller who owns a checkout with this input. */
export function ownerOf({ caller, userId }: Pick<CheckoutInput, 'caller' | 'userId'>): string {
  return caller ?? openCallerId(userId);
}

/** Whether a saga's stored input is this one, whatever order a database keeps its members in. */
export function isSameInput(stored: unknown, input: CheckoutInput): boolean {
  const other = checkoutInputOf(stored);
  return other !== undefined && canonical(other) === canonical(input);
}

function canonical(input: CheckoutInput): string {
  const { userId, items, totalAmount, cartVersion, cardToken } = input;
  const lines = items.map(({ productId, quantity, price }) => [productId, quantity, price]);
  return JSON.stringify([ownerOf(input), userId, lines, totalAmount, cartVersion, cardToken]);
}

/**
 * Equal for checkouts that ask for the same: same user, same quantities per product, same claimed
 * prices in minor units, same delivery, same card. The lines come summed and in product order (see
 * checkoutLines). What is in a version of a cart never changes, so the version stands for its lines: a
 * second click is equal, whatever the prices are by then.
 */
export function fingerprint(
  userId: string,
  lines: readonly CheckoutLine[],
  { cartVersion, deliveryHash, cardToken }: CheckoutAdditions = {},
): string {
  const ofLines = () => lines.map((line) => [line.productId, line.quantity, line.priceMinor]);
  const asked = cartVersion === undefined ? ofLines() : `cart ${cartVersion}`;
  const canonical = [
    userId,
    asked,
    ...(deliveryHash === undefined ? [] : [deliveryHash]),
    ...(cardToken === undefined ? [] : [cardToken]),
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
}

/**
 * What names a checkout: the caller's own key, or, without one, what it asks for. The row of this name
 * belongs to one saga.
 */
export interface Claim {
  /** See claimCallerOf. */
  caller: string;
  kind: 'KEYED' | 'KEYLESS';
  key: string;
  requestHash: string;
}

export function claimOf(
  { caller: id, userId }: Buyer,
  lines: readonly CheckoutLine[],
  key?: string,
  additions: CheckoutAdditions = {},
): Claim {
  const caller = claimCallerOf(id);
  const requestHash = fingerprint(userId, lines, additions);
  return key === undefined
    ? { caller, kind: 'KEYLESS', key: requestHash, requestHash }
    : { caller, kind: 'KEYED', key, requestHash };
}

const NOT_OPEN = '\t';

/**
 * A caller in a row of idempotency_keys. An open caller is the bare userId, as all orchestrators have
 * written it since the first release: while two releases are at work, both must find one row. Any
 * other caller begins with a tab. No userId contains one, so no open caller has the same row.
 */
export function claimCallerOf(id: string): string {
  return isOpenCallerId(id) ? id.slice(openCallerId('').length) : NOT_OPEN + id;
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
  const isFinished = holder.status === 'DONE' || holder.status === 'COMPENSATED';
  if (holder.status === undefined || (holder.forgotten && isFinished)) return 'free';
  if (claim.kind === 'KEYED') {
    return holder.requestHash === claim.requestHash ? 'replay' : 'reused';
  }
  return holder.status === 'RUNNING' || holder.justFinished ? 'replay' : 'free';
}
