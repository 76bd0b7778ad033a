import { Problem, traceRequest } from '@backstitch/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UpstreamAnswer } from './exchange.js';
import type { Forwarded } from './orchestrators.client.js';

/** The headers of an orchestrator that the client gets, besides status and body. */
const RELAYED_HEADERS = [
  'content-type',
  'location',
  'retry-after',
  'idempotent-replayed',
  'preference-applied',
] as const;

const RETRY_AFTER = { 'retry-after': '1' };

/**
 * Relays the answer to a checkout. Without an answer it throws a 503 that says whether anything was
 * recorded.
 */
export function relayCheckout(
  forwarded: Forwarded,
  sagaId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (forwarded.kind === 'answered') return relay(forwarded.answer, request, reply);
  if (forwarded.kind === 'not-reached') {
    const detail = 'Nothing was recorded. Send the request again.';
    throw new Problem('NOT_ACCEPTED', detail, { headers: RETRY_AFTER, cause: forwarded.why });
  }
  const detail =
    'The checkout may have been recorded. Its saga has the result, and so has the same ' +
    'checkout with the same Idempotency-Key.';
  throw new Problem('OUTCOME_UNKNOWN', detail, {
    headers: { ...RETRY_AFTER, location: `/api/sagas/${sagaId}` },
    extensions: { sagaId },
    cause: forwarded.why,
  });
}

/** Relays the answer to a query. `converted` converts the body of a 200. */
export function relayQuery(
  forwarded: Forwarded,
  request: FastifyRequest,
  reply: FastifyReply,
  converted: (body: Buffer) => Buffer | string = (body) => body,
): void {
  if (forwarded.kind === 'answered') {
    const { answer } = forwarded;
    const body = answer.status === 200 ? converted(answer.body) : answer.body;
    return relay({ ...answer, body }, request, reply);
  }
  throw new Problem('UNAVAILABLE', undefined, { headers: RETRY_AFTER, cause: forwarded.why });
}

/** Relays an answer with its headers for the client. */
export function relay(
  answer: Omit<UpstreamAnswer, 'body'> & { body: Buffer | string },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { 'x-saga-id': sagaId, 'x-order-id': orderId } = answer.headers;
  if (typeof sagaId === 'string') traceRequest(request, { sagaId });
  if (typeof orderId === 'string') traceRequest(request, { orderId });
  void reply.status(answer.status);
  for (const name of RELAYED_HEADERS) {
    const value = answer.headers[name];
    if (value !== undefined) void reply.header(name, value);
  }
  void reply.send(answer.body);
}
