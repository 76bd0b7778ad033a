import { AccessRows, type Caller, CALLER_HEADER, decide, decodeCaller } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';
import type { FastifyRequest } from 'fastify';

const rows = new AccessRows('order-service');

/**
 * The caller of a request that the access table allows. Nothing proves the header yet, so production
 * refuses every caller; the signature between apps replaces this function. Throws 401 and 403.
 */
export function callerOf(
  request: Pick<FastifyRequest, 'headers' | 'method' | 'routeOptions'>,
  { isProduction }: { isProduction: boolean },
): Caller {
  const { headers, method, routeOptions } = request;
  const header = headers[CALLER_HEADER];
  const caller = typeof header === 'string' ? decodeCaller(header) : undefined;
  if (!caller || isProduction) throw new Problem('TOKEN_REQUIRED');
  const access = rows.find(method, routeOptions.url ?? '')?.access;
  const decision = access && decide(access, caller, Date.now() / 1000);
  if (decision?.allowed) return caller;
  throw new Problem(decision?.code ?? 'ACCESS_DENIED');
}
