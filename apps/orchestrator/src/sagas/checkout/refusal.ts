import type { SagaFailure } from '@backstitch/saga-engine';
import { ERROR_CODES, type ErrorCodeName, type StockRefusal } from '@backstitch/shared-types';

/** What a shopper is told of a checkout that was undone: never the technical reason. */
export interface Refusal {
  code: ErrorCodeName;
  detail: string;
  errors?: RefusedProduct[];
}

/** One line of the cart that stood in the way, for people and for programs. */
export interface RefusedProduct extends StockRefusal {
  field: string;
  message: string;
}

const DETAILS: Partial<Record<ErrorCodeName, string>> = {
  PAYMENT_DECLINED: 'The payment was declined. Nothing was charged and nothing is held.',
  RESERVATION_EXPIRED:
    'The reservation ran out and its stock was sold to another customer. What was charged is refunded.',
  ORDER_CANCELLED: 'The order was cancelled before it was complete. What was charged is refunded.',
  CHECKOUT_UNDONE:
    'The order could not be completed for a technical reason. It is undone completely and what ' +
    'was charged is refunded; please try again.',
};

const PRODUCT_MESSAGES: Partial<Record<ErrorCodeName, (refused: StockRefusal) => string>> = {
  PRODUCT_NOT_FOUND: ({ productId }) => `There is no product ${productId}`,
  INSUFFICIENT_STOCK: (refused) =>
    `${nameOf(refused)}: ${refused.requested} asked for, ${refused.available} available`,
  PRICE_CHANGED: (refused) =>
    `${nameOf(refused)} costs ${refused.cataloguePrice}, not ${refused.claimedPrice}`,
};

function nameOf({ name, productId }: StockRefusal): string {
  return name === undefined ? `Product ${productId}` : `${name} (${productId})`;
}

/**
 * What a shopper is told of a failure. Pure. Only a declared business rejection is told as such. An
 * unknown outcome, and a rejection that means nothing to a shopper, are CHECKOUT_UNDONE.
 */
export function refusalOf(failure: SagaFailure): Refusal {
  const code = failure.code as ErrorCodeName;
  const productMessage = PRODUCT_MESSAGES[code];
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
  const detail = DETAILS[code];
  return detail === undefined ? undone() : { code, detail };
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
