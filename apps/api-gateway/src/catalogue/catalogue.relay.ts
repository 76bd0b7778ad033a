import { Problem } from '@backstitch/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';

const RETRY_AFTER = { 'retry-after': '1' };

/**
 * Relays the answer to a change of a product or a cart. Without an answer it throws a 503 that says
 * whether the change may have been made.
 */
export function relayChange(
  forwarded: Forwarded,
  request: FastifyRequest,
  reply: FastifyReply,
  changed: 'product' | 'cart' = 'product',
): void {
  if (forwarded.kind === 'answered') return relayQuery(forwarded, request, reply);
  const options = { headers: RETRY_AFTER, cause: forwarded.why };
  if (forwarded.kind === 'not-reached') {
    throw new Problem('NOT_ACCEPTED', 'Nothing was changed. Send the request again.', options);
  }
  const detail = `The change may have been made. Read the ${changed} before you send it again.`;
  throw new Problem('OUTCOME_UNKNOWN', detail, options);
}
