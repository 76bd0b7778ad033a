import { Problem, traceRequest } from '@backstitch/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UpstreamAnswer } from './exchange.js';
import type { Forwarded } from './orchestrators.client.js';

/** What of an orchestrator's answer the caller sees besides its status and its body. */
const PASSED_ON = [
  'content-type',
  'location',
  'retry-after',
  'idempotent-replayed',
  'preference-applied',
] as const;

const RETRY_AFTER = { 'retry-after': '1' };

/** The checkout's answer; where there is none, a 503 that says whether anything was recorded. */
export function relayCheckout(
  forwarded: Forwarded,
  sagaId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (forwarded.kind === 'answered') return relay(forwarded.answer, request, reply);
  if (forwarded.kind === 'not-reached') {
    const detail = 'Nothing was recorded of this request. Send it again.';
    throw new Problem('NOT_ACCEPTED', detail, { headers: RETRY_AFTER, cause: forwarded.why });
  }
  const detail =
    'The checkout may have been recorded. Its saga tells the end, and so does the same ' +
    'checkout with the same Idempotency-Key.';
  throw new Problem('OUTCOME_UNKNOWN', detail, {
    headers: { ...RETRY_AFTER, location: `/api/sagas/${sagaId}` },
    extensions: { sagaId },
    cause: forwarded.why,
  });
}

/** The answer to a question that changes nothing; of a 200 what `shown` makes of its body. */
export function relayQuery(
  forwarded: Forwarded,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: (body: Buffer) => Buffer | string = (body) => body,
): void {
  if (forwarded.kind === 'answered') {
    const { answer } = forwarded;
    const body = answer.status === 200 ? shown(answer.body) : answer.body;
    return relay({ ...answer, body }, request, reply);
  }
  throw new Problem('UNAVAILABLE', undefined, { headers: RETRY_AFTER, cause: forwarded.why });
}

function relay(
  answer: Omit<UpstreamAnswer, 'body'> & { body: Buffer | string },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { 'x-saga-id': sagaId, 'x-order-id': orderId } = answer.headers;
  if (typeof sagaId === 'string') traceRequest(request, { sagaId });
  if (typeof orderId === 'string') traceRequest(request, { orderId });
  void reply.status(answer.status);
  for (const name of PASSED_ON) {
    const value = answer.headers[name];
    if (value !== undefined) void reply.header(name, value);
  }
  void reply.send(answer.body);
}
