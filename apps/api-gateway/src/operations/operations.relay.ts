import { Problem } from '@backstitch/service-kit';
import type { FastifyReply } from 'fastify';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';

const RELAYED_HEADERS = ['content-type', 'retry-after'] as const;
const RETRY_AFTER = { 'retry-after': '1' };
const PREFIX = '/api/operations';

/**
 * Relays the answer of an orchestrator. Its links lead to the gateway. Without an answer it throws
 * a 503 that says whether an action may have been done.
 */
export function relayOperation(forwarded: Forwarded, method: string, reply: FastifyReply): void {
  if (forwarded.kind !== 'answered') throw withoutAnswer(forwarded, method);
  const { status, headers, body } = forwarded.answer;
  void reply.status(status).header('cache-control', 'no-store');
  for (const name of RELAYED_HEADERS) {
    const value = headers[name];
    if (value !== undefined) void reply.header(name, value);
  }
  const { link } = headers;
  if (typeof link === 'string') void reply.header('link', link.replace(/^<\//, `<${PREFIX}/`));
  void reply.send(body);
}

function withoutAnswer(forwarded: Exclude<Forwarded, { kind: 'answered' }>, method: string) {
  const options = { headers: RETRY_AFTER, cause: forwarded.why };
  if (method === 'GET') return new Problem('UNAVAILABLE', undefined, options);
  if (forwarded.kind === 'not-reached') {
    return new Problem('NOT_ACCEPTED', 'Nothing was done. Send the request again.', options);
  }
  const detail = 'The action may have been done. Read the saga or the dead letter before another.';
  return new Problem('OUTCOME_UNKNOWN', detail, options);
}
