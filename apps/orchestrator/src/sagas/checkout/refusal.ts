import type { SagaFailure } from '@backstitch/saga-engine';
import { ERROR_CODES, type ErrorCodeName, type StockRefusal } from '@backstitch/shared-types';

/** The reason of an undone checkout for the shopper: never the technical one. */
export interface Refusal {
  code: ErrorCodeName;
  detail: string;
  errors?: RefusedProduct[];
  /** Of a declined card: why, in the word of the bank. */
  declineCode?: string;
}

/** One refused line of the cart, for people and for programs. */
export interface RefusedProduct extends StockRefusal {
  field: string;
  message: string;
}

const DETAILS: Partial<Record<ErrorCodeName, string>> = {
  PAYMENT_DECLINED: 'The payment was declined. Nothing was charged and no stock is reserved.',
  RESERVATION_EXPIRED:
    'The reservation expired and its stock was sold to another customer. Any charge was refunded.',
  ORDER_CANCELLED: 'The order was cancelled before it was complete. Any charge was refunded.',
  CHECKOUT_UNDONE:
    'The order could not be completed for a technical reason. It was undone completely, and any ' +
    'charge was refunded. Please try again.',
};

/** Why the bank declined a card, where the shopper can do something about it. */
const DECLINES: Readonly<Record<string, string>> = {
  insufficient_funds:
    'There is not enough money on the card. Nothing was charged and no stock is reserved.',
};

const PRODUCT_MESSAGES: Partial<Record<ErrorCodeName, (refused: StockRefusal) => string>> = {
  PRODUCT_NOT_FOUND: ({ productId }) => `There is no product ${productId}`,
  PRODUCT_UNAVAILABLE: (refused) => `${nameOf(refused)} cannot be bought now`,
  INSUFFICIENT_STOCK: (refused) =>
    `${nameOf(refused)}: ${refused.requested} requested, ${refused.available} available`,
  PRICE_CHANGED: (refused) =>
    `${nameOf(refused)} costs ${refused.cataloguePrice}, not ${refused.claimedPrice}`,
};

function nameOf({ name, productId }: StockRefusal): string {
  return name === undefined ? `Product ${productId}` : `${name} (${productId})`;
}

/**
 * The reason of a failure for the shopper. Pure. Only a declared business rejection has its own
 * code. An unknown outcome, and a rejection without meaning for a shopper, are CHECKOUT_UNDONE.
 */
export function refusalOf(failure: SagaFailure): Refusal {
  const code = codeOf(failure);
  const productMessage = PRODUCT_MESSAGES[code];
  if (failure.code === 'PAYMENT_SOFT_DECLINED') return stillDeclined();
  if (failure.kind === 'unknown') return undone();
  if (productMessage) {
    const errors = refusedProducts(failure.details).map((refused) => ({
      field: 'items',
      message: productMessage(refused),
      ...refused,
    }));
    if (errors.length === 0) return { code, detail: `${ERROR_CODES[code].title}.` };
    return { code, detail: `${errors.map(({ message }) => message).join('; ')}.`, errors };
  }
  const decline = declineIn(failure);
  const detail = DECLINES[decline.declineCode ?? ''] ?? DETAILS[code];
  if (detail === undefined) return undone();
  return { code, detail, ...decline };
}

function declineIn({ code, details }: SagaFailure): Pick<Refusal, 'declineCode'> {
  const { declineCode } = (details ?? {}) as { declineCode?: unknown };
  const isTold = code === 'PAYMENT_DECLINED' && typeof declineCode === 'string';
  return isTold ? { declineCode } : {};
}

/** A product that is not offered now is a PRODUCT_NOT_FOUND with a mark (ADR 16). */
function codeOf({ code, details }: SagaFailure): ErrorCodeName {
  const isUnavailable =
    code === 'PRODUCT_NOT_FOUND' && refusedProducts(details).some((each) => each.unavailable);
  return isUnavailable ? 'PRODUCT_UNAVAILABLE' : (code as ErrorCodeName);
}

/** The bank declined it for the moment, each time. */
function stillDeclined(): Refusal {
  return { code: 'PAYMENT_DECLINED', detail: DETAILS.PAYMENT_DECLINED! };
}

function undone(): Refusal {
  return { code: 'CHECKOUT_UNDONE', detail: DETAILS.CHECKOUT_UNDONE! };
}

function refusedProducts(details: unknown): StockRefusal[] {
  if (!Array.isArray(details)) return [];
  return details.filter(
    (each): each is StockRefusal =>
      typeof (each as { productId?: unknown } | null)?.productId === 'string',
  );
}
