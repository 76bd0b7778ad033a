import { Problem } from '@backstitch/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';
import { relay } from '../orchestrators/orchestrators.relay.js';

const RETRY_AFTER = { 'retry-after': '1' };

/** Relays the answer; without one it throws a 503 that says whether anything was done. */
export function relayOrderAct(
  forwarded: Forwarded,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (forwarded.kind === 'answered') return relay(forwarded.answer, request, reply);
  const options = { headers: RETRY_AFTER, cause: forwarded.why };
  if (forwarded.kind === 'not-reached') {
    throw new Problem('NOT_ACCEPTED', 'Nothing was recorded. Send the request again.', options);
  }
  const detail = 'It may have been done. Read the order, or send the same request again.';
  throw new Problem('OUTCOME_UNKNOWN', detail, options);
}
