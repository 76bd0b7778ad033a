/**
 * The closed registry of error codes. A test compares it with docs/errors.md. `status` is the HTTP
 * status of an answer to a client. A code without a status is used on the queues only.
 */
interface ErrorCode {
  status?: number;
  title: string;
  /** True when a participant answers it as a business rejection, read from its stored row. */
  businessRejection?: true;
  /** Used only by the orchestrator's operator endpoints, which the gateway does not forward. */
  operators?: true;
}

export const ERROR_CODES = {
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid' },
  MALFORMED_REQUEST: { status: 400, title: 'The request is not valid HTTP' },
  MALFORMED_BODY: { status: 400, title: 'The body cannot be read' },
  UNSUPPORTED_CONTENT_TYPE: { status: 400, title: 'The body must be application/json' },
  INVALID_IDEMPOTENCY_KEY: { status: 400, title: 'The Idempotency-Key is not valid' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The address and headers are too large' },
  UNSUPPORTED_CONTENT_ENCODING: { status: 415, title: 'The body must not be compressed' },
  EXPECTATION_FAILED: { status: 417, title: 'The Expect header is not supported' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no route for this address' },
  MISDIRECTED_REQUEST: { status: 421, title: 'This app does not answer to that host' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This address does not support this method' },
  TOKEN_REQUIRED: { status: 401, title: 'This needs an access token' },
  TOKEN_INVALID: { status: 401, title: 'The access token is not valid' },
  ACCESS_DENIED: { status: 403, title: 'This caller may not do this' },
  STEP_UP_REQUIRED: { status: 403, title: 'This needs a recent one-time password' },
  LOGIN_FAILED: { status: 401, title: 'The e-mail address or the password is wrong' },
  LOGIN_SUSPENDED: { status: 403, title: 'Log-in by password is suspended: reset the password' },
  OTP_REQUIRED: { status: 401, title: 'The code of the authenticator is required' },
  CLIENT_REFUSED: { status: 401, title: 'The client or its secret is not valid' },
  SCOPE_REFUSED: { status: 400, title: 'The client does not have this scope' },
  USER_NOT_FOUND: { status: 404, title: 'There is no such account' },
  CLIENT_NOT_FOUND: { status: 404, title: 'There is no such client' },
  LAST_ADMIN: { status: 409, title: 'The last admin must remain' },
  TOTP_PRESENT: { status: 409, title: 'The account has an authenticator' },
  LINK_GONE: { status: 410, title: 'The link was used, or has expired' },
  LINK_INVALID: { status: 400, title: 'The link is not valid' },
  REFRESH_REFUSED: { status: 401, title: 'The refresh token is not valid' },
  ORIGIN_REFUSED: { status: 403, title: 'Pages of this origin may not do this' },
  SESSION_NOT_FOUND: { status: 404, title: 'There is no such session' },
  EMAIL_TAKEN: { status: 409, title: 'There is an account with this e-mail address' },
  ORDER_NOT_FOUND: { status: 404, title: 'There is no such order' },
  CURSOR_INVALID: { status: 400, title: 'The cursor is not of this list' },
  VERSION_NOT_FOUND: { status: 404, title: 'The order had no such state' },
  SAGA_NOT_FOUND: { status: 404, title: 'There is no such saga' },
  PRODUCT_NOT_FOUND: { status: 404, title: 'There is no such product', businessRejection: true },
  PAYMENT_NOT_FOUND: { title: 'There is no payment for this order' },
  RESERVATION_NOT_FOUND: { title: 'There is no reservation for this order' },
  SUBJECT_MISMATCH: { status: 403, title: 'The userId is not the one of the token' },
  PRODUCT_UNAVAILABLE: { status: 409, title: 'The product cannot be bought now' },
  CART_NOT_FOUND: { status: 404, title: 'There is no such cart' },
  CART_CHANGED: { status: 409, title: 'The cart was changed meanwhile' },
  CART_EMPTY: { status: 409, title: 'The cart is empty' },
  CART_FULL: { status: 409, title: 'The cart is full' },
  PRODUCT_CHANGED: { status: 409, title: 'The product was changed meanwhile' },
  PAYMENT_DECLINED: { status: 402, title: 'The payment was declined', businessRejection: true },
  INSUFFICIENT_STOCK: { status: 409, title: 'There is not enough stock', businessRejection: true },
  PRICE_CHANGED: { status: 409, title: 'The price has changed', businessRejection: true },
  RESERVATION_EXPIRED: {
    status: 409,
    title: 'The reservation expired and its stock was sold',
    businessRejection: true,
  },
  RESERVATION_RELEASED: { title: 'The reservation was undone', businessRejection: true },
  ORDER_CANCELLED: { status: 409, title: 'The order was cancelled', businessRejection: true },
  ORDER_STATE_CONFLICT: {
    status: 409,
    title: 'The order is in another stage',
    businessRejection: true,
  },
  ORDER_NOT_CANCELLABLE: {
    status: 409,
    title: 'The order cannot be cancelled now',
    businessRejection: true,
  },
  PAYMENT_CANCELLED: { title: 'The payment was undone', businessRejection: true },
  PAYMENT_IN_PROGRESS: { status: 409, title: 'Another payment of this order is in progress' },
  PAYMENT_CLOSED: { status: 409, title: 'This order cannot be paid any more' },
  PAYMENT_NOT_MADE: { title: 'The order was not paid in time', businessRejection: true },
  CHECKOUT_UNDONE: { status: 409, title: 'The order could not be completed and was undone' },
  CHECKOUT_IN_PROGRESS: { status: 409, title: 'The same checkout is still in progress' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The key was used for another checkout' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  NOT_ACCEPTED: { status: 503, title: 'Nothing was recorded; try again' },
  OUTCOME_UNKNOWN: { status: 503, title: 'The outcome is not known yet' },
  UNAVAILABLE: { status: 503, title: 'A dependency is unavailable; try again' },
  INTERNAL: { status: 500, title: 'Internal error' },
  SIGNATURE_INVALID: {
    status: 401,
    title: 'The request is not signed by an app of this system',
    operators: true,
  },
  DEAD_LETTER_NOT_FOUND: { status: 404, title: 'There is no such dead letter', operators: true },
  BULK_NOT_FOUND: { status: 404, title: 'There is no such bulk operation', operators: true },
  ACTION_REFUSED: { status: 409, title: 'This action is not allowed now', operators: true },
  DEAD_LETTER_BUSY: { status: 409, title: 'The dead letter is being replayed', operators: true },
  ALREADY_CONFIRMED: { title: 'A confirmed order is not cancelled' },
  ORDER_CONFIRMED: { title: 'Only the saga of the order may refund or release it' },
  ORDER_PENDING: { title: 'The order is not decided yet' },
  STOCK_NOT_SOLD: { title: 'What was not sold does not come back' },
  RETURN_EXCEEDS_SALE: { title: 'More would come back than was sold' },
  WRONG_SAGA: { title: 'The row belongs to another saga' },
  AMOUNT_MISMATCH: { title: 'The payment was requested with another amount' },
  CARD_MISMATCH: { title: 'The attempt to pay began with another card' },
  PAYMENT_SOFT_DECLINED: { title: 'The bank declined the payment for the moment' },
  REFUND_EXCEEDS_PAYMENT: { title: 'The refund is over more than is left of the payment' },
  REFUND_FAILED: { title: 'The payment provider refused the refund' },
  WRONG_FLOW: { title: 'The payment of the order is of another kind' },
  PAYMENT_UNSETTLED: { title: 'The payment is being settled or undone' },
  MALFORMED_COMMAND: { title: 'The command cannot be read' },
  SAGA_REQUIRED: { title: 'The command names no saga' },
  SENDER_REFUSED: { title: 'The command comes from a broker user that may not send it' },
  UNKNOWN_PATTERN: { title: 'No handler serves this pattern' },
  DATABASE_UNAVAILABLE: { title: 'The database is unavailable' },
  DATABASE_ACCESS_DENIED: { title: 'The role of the app lacks a right in its database' },
  ROW_LOCKED: { title: 'Another session has locked a row that the command needs' },
  PROVIDER_UNAVAILABLE: { title: 'The payment provider did not answer' },
  FAULT_INJECTED: { title: 'The command failed on purpose' },
  HANDLER_DEADLINE: { title: 'The command was not served in time' },
} as const satisfies Record<string, ErrorCode>;

export type ErrorCodeName = keyof typeof ERROR_CODES;

export function httpStatusOf(code: string): number {
  const entry: ErrorCode | undefined = ERROR_CODES[code as ErrorCodeName];
  return entry?.status ?? 500;
}
