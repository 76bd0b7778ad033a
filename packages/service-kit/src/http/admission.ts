import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpLimits } from './limits.js';
import { Problem } from './problem.js';
import type { RouteTable } from './route-table.js';

/**
 * Refuses, before anything is read of the body, what could be taken in two ways or cost too much.
 * Undefined when the request may go on.
 */
export type Admission = (request: FastifyRequest) => Problem | undefined;

export function admission(
  fastify: FastifyInstance,
  routes: RouteTable,
  { pipelinedMax }: HttpLimits,
): Admission {
  const inHand = countPerConnection(fastify);
  return (request) => {
    if (inHand(request) > pipelinedMax) return tooManyAtOnce(pipelinedMax);
    if (hostsOf(request) !== 1 && !isOld(request)) {
      return new Problem('MALFORMED_REQUEST', 'The request must name its host once');
    }
    return notAllowedHere(request, routes) ?? unreadableBody(request);
  };
}

/** How many requests of the same connection are being worked on, the asking one included. */
function countPerConnection(fastify: FastifyInstance): (request: FastifyRequest) => number {
  const counts = new WeakMap<object, number>();
  const add = ({ raw: { socket } }: FastifyRequest, step: number): number => {
    const count = (counts.get(socket) ?? 0) + step;
    counts.set(socket, count);
    return count;
  };
  fastify.addHook('onResponse', (request, _reply, done) => {
    add(request, -1);
    done();
  });
  return (request) => add(request, 1);
}

function tooManyAtOnce(pipelinedMax: number): Problem {
  const detail = `At most ${pipelinedMax} requests of one connection are served at once.`;
  const headers = { 'retry-after': '1', connection: 'close' };
  return new Problem('RATE_LIMITED', detail, { headers });
}

/** Node keeps the first of several; whoever stands before us may have gone by the last. */
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

function notAllowedHere(request: FastifyRequest, routes: RouteTable): Problem | undefined {
  if (!request.is404) return undefined;
  const allowed = routes.methodsAt(request.url);
  if (allowed.length === 0 || allowed.includes(request.method)) return undefined;
  const detail = `${allowed.join(', ')} only`;
  return new Problem('METHOD_NOT_ALLOWED', detail, { headers: { allow: allowed.join(', ') } });
}

const CHARSET = /;\s*charset\s*=\s*"?([^;"\s]*)/i;

function unreadableBody({ headers }: FastifyRequest): Problem | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new Problem('UNSUPPORTED_CONTENT_ENCODING', undefined, {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return undefined;
  return new Problem('UNSUPPORTED_CONTENT_TYPE', 'The body must be application/json in UTF-8');
}
