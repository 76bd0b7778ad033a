import { type Caller, openCaller } from '@backstitch/auth';
import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  checkoutLines,
  type ForwardedCheckoutDto,
  IDEMPOTENCY_KEY_RULE,
  isUuid,
  newUuid,
  parseIdempotencyKey,
  prefersAsync,
} from '@backstitch/shared-types';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { CheckoutRequest } from '../checkout.handler.js';

/** Of a request that came by itself, or of one in a batch. */
export type CheckoutHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A body as it came, with the userId of the caller where a caller with a token left it out. */
export function withUserId(body: unknown, caller: Caller | undefined): unknown {
  if (!caller || caller.kind === 'open') return body;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject && !('userId' in body) ? { ...body, userId: caller.subject } : body;
}

/** What is asked for, by headers and a validated body. Throws a Problem that says what is wrong. */
export function checkoutRequestOf(asked: {
  sagaId: string;
  requestId: string;
  headers: CheckoutHeaders;
  /** Undefined when the request does not say; then it is the open caller of the userId. */
  caller: Caller | undefined;
  body: ForwardedCheckoutDto;
  /** Decimal digits of the currency. */
  digits: number;
}): CheckoutRequest {
  const { sagaId, requestId, headers, body, digits } = asked;
  const { userId } = body;
  const caller = asked.caller ?? openCaller(userId);
  if (caller.subject !== userId) {
    throw new Problem('SUBJECT_MISMATCH', 'userId must be the subject of the token. Omit it.');
  }
  const result = checkoutLines(body, digits);
  if ('problems' in result) throw validationProblem(result.problems);
  return {
    sagaId,
    requestId,
    buyer: { caller: caller.id, userId },
    lines: result.lines,
    additions: additionsIn(body),
    key: keyOf(headers['idempotency-key']),
    async: prefersAsync(headers.prefer?.toString()),
    // The gateway sheds load: it passes on what may be a replay, and nothing new.
    replayOnly: headers['x-replay-only'] === 'true',
  };
}

function additionsIn(body: ForwardedCheckoutDto) {
  const { cartVersion, orderId, deliveryHash, paymentMethod } = body;
  return {
    cartVersion: cartVersion ?? undefined,
    orderId: orderId?.toLowerCase(),
    deliveryHash: deliveryHash ?? undefined,
    cardToken: paymentMethod?.token,
  };
}

/** The id that the gateway made, or a new one. Throws a Problem when it is not a UUID. */
export function sagaIdOf(headers: CheckoutHeaders): string {
  const header = headers['x-saga-id'];
  if (header === undefined) return newUuid();
  if (typeof header === 'string' && isUuid(header)) return header.toLowerCase();
  throw validationProblem([{ field: 'x-saga-id', message: 'x-saga-id must be a UUID' }]);
}

/** Two keys on one request, which Node would read as one: none could be honoured. */
export function refuseTwoKeys({ headers, headersDistinct }: IncomingMessage): void {
  if (headers['idempotency-key'] === undefined) return;
  if (headersDistinct['idempotency-key']?.length === 1) return;
  throw new Problem('INVALID_IDEMPOTENCY_KEY', IDEMPOTENCY_KEY_RULE);
}

/** The Idempotency-Key of a request; undefined without one. Throws a Problem for one that is not valid. */
export function requestKey({ raw, headers }: FastifyRequest): string | undefined {
  refuseTwoKeys(raw);
  return keyOf(headers['idempotency-key']);
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? parseIdempotencyKey(header) : undefined;
  if (key !== undefined) return key;
  throw new Problem('INVALID_IDEMPOTENCY_KEY', IDEMPOTENCY_KEY_RULE);
}
