import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Logger } from '../logger.js';
import { observeRequest } from '../metrics.js';
import type { TraceFields } from '../trace-fields.js';
import { Problem } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { problemOf } from './problem-of.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.js';

const BODY_BYTES_MAX = 1_048_576;
/** Longer than the idle time of load balancers and of the gateway's pool, so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** For the whole request to arrive. */
const REQUEST_MS_MAX = 30_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request's log line carries besides requestId; see traceRequest. */
    trace: TraceFields | null;
  }
}

/** The HTTP server under Nest. The request's id is `request.id`. */
export function fastifyAdapter(): FastifyAdapter {
  const options: FastifyServerOptions = {
    bodyLimit: BODY_BYTES_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS_MAX,
    requestIdHeader: false,
    // What arrives on a connection that is still open is served; its 503 would be no problem document.
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers),
    frameworkErrors: (error, request, reply) => {
      reply.header(REQUEST_ID_HEADER, request.id);
      sendProblem(reply, problemOf(error), request.id);
    },
  };
  return new FastifyAdapter(options);
}

/** x-request-id on every answer, one log line and one observation per request, JSON bodies only. */
export function prepareFastify(fastify: FastifyInstance, logger: Logger): void {
  acceptJsonOnly(fastify);
  fastify.decorateRequest('trace', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    observeRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const fields = {
      ...request.trace,
      requestId: request.id,
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    if (isScrape(route)) logger.trace(fields, 'request');
    else logger.info(fields, 'request');
    done();
  });
}

/** Nest would turn what Fastify's parser throws into the same exception as a validation error. */
function acceptJsonOnly(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      void parse(request, body, (cause, parsed) => {
        if (!cause) done(null, parsed);
        else done(new Problem('MALFORMED_BODY', 'The body is not valid JSON', { cause }));
      });
    },
  );
}

/** Puts sagaId and orderId on the request's log line, as soon as they are known. */
export function traceRequest(request: FastifyRequest, fields: TraceFields): void {
  request.trace = { ...request.trace, ...fields };
}

function isScrape(route: string): boolean {
  return route.startsWith('/health') || route === '/metrics';
}
