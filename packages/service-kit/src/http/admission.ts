import type { FastifyRequest } from 'fastify';
import { refusalOfContent } from './content-headers.js';
import { refusalOfExpectation } from './expectation.js';
import type { HttpLimits } from './limits.js';
import { Problem } from './problem.js';
import type { RouteTable } from './route-table.js';

/**
 * Refuses, before anything is read of the body, what could be taken in two ways, cost too much, or
 * is asked of no route. Undefined when the request may go on. `inHand`: how many requests of its
 * connection are worked on, this one included.
 */
export function refusalOf(
  request: FastifyRequest,
  inHand: number,
  routes: RouteTable,
  { pipelinedMax }: HttpLimits,
): Problem | undefined {
  if (inHand > pipelinedMax) return tooManyAtOnce(pipelinedMax);
  if (hostsOf(request) !== 1 && !isOld(request)) {
    return new Problem('MALFORMED_REQUEST', 'The request must name its host once');
  }
  return (
    refusalOfExpectation(request) ??
    (hasRoute(request) || isAboutServer(request)
      ? refusalOfContent(request.method, request.headers)
      : notAllowedHere(request, routes))
  );
}

function tooManyAtOnce(pipelinedMax: number): Problem {
  const detail = `At most ${pipelinedMax} requests of one connection are served at once.`;
  const headers = { 'retry-after': '1', connection: 'close' };
  return new Problem('RATE_LIMITED', detail, { headers });
}

/** Node keeps the first of several; a proxy before the app may have used the last. */
function hostsOf({ raw: { rawHeaders } }: FastifyRequest): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}

/** Before HTTP/1.1 the host need not be named. */
function isOld({ raw: { httpVersionMajor, httpVersionMinor } }: FastifyRequest): boolean {
  return httpVersionMajor === 1 && httpVersionMinor === 0;
}

/** `OPTIONS *` (RFC 9110, 9.3.7) asks about the server, and about no address of it. */
export function isAboutServer({ method, url }: FastifyRequest): boolean {
  return method === 'OPTIONS' && url === '*';
}

/** The route of any OPTIONS is there for preflights: see cors.ts. */
function hasRoute(request: FastifyRequest): boolean {
  return !request.is404 && (request.method !== 'OPTIONS' || request.routeOptions.url !== '*');
}

function notAllowedHere(request: FastifyRequest, routes: RouteTable): Problem {
  const { methods, route } = routes.at(request.url);
  if (route === undefined) return new Problem('ROUTE_NOT_FOUND');
  request.matchedRoute = route;
  const allow = methods.join(', ');
  return new Problem('METHOD_NOT_ALLOWED', `${allow} only`, { headers: { allow } });
}
