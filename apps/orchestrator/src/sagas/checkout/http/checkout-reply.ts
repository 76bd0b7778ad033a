import { Problem } from '@backstitch/service-kit';
import type { AnsweredCheckout } from '../checkout.handler.js';

/** What is sent for a checkout, a problem excepted. */
export interface CheckoutReply {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/**
 * An answered checkout in terms of HTTP; a rejection is thrown as its Problem. The ids are headers, too:
 * the gateway forwards the body unread.
 */
export function replyOf({ sagaId, orderId, answer }: AnsweredCheckout): CheckoutReply {
  const headers = { 'x-saga-id': sagaId, 'x-order-id': orderId, ...answer.headers };
  if (answer.kind === 'body') return { status: answer.status, headers, body: answer.body };
  const { code, detail, errors, declineCode } = answer;
  throw new Problem(code, detail, {
    headers,
    extensions: { orderId, sagaId, ...(declineCode && { declineCode }) },
    ...(errors && { errors }),
  });
}
