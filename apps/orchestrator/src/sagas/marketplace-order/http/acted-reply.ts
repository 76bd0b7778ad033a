import { Problem } from '@backstitch/service-kit';
import type { FastifyReply } from 'fastify';
import type { Acted } from '../order-signals.handler.js';

/** Answers what came of a request for an order; a refusal is thrown as its Problem. */
export function replyOf(
  { orderId, sagaId, outcome, isRepeated }: Acted,
  reply: FastifyReply,
  status = 200,
): void {
  const headers = {
    'x-saga-id': sagaId,
    'x-order-id': orderId,
    ...(isRepeated && { 'idempotent-replayed': 'true' }),
  };
  if (outcome.kind === 'refused') {
    const { code, detail, errors, declineCode } = outcome;
    throw new Problem(code, detail, {
      headers,
      extensions: { orderId, sagaId, ...(declineCode && { declineCode }) },
      ...(errors && { errors }),
    });
  }
  const isGoingOn = outcome.kind === 'going-on';
  // The order, which its seller may read, too.
  const goingOn = { location: `/api/orders/${orderId}`, 'retry-after': '2' };
  void reply
    .status(isGoingOn ? 202 : status)
    .headers({ ...headers, ...(isGoingOn && goingOn) })
    .send({ orderId, sagaId, stage: outcome.stage });
}
