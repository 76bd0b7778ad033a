import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance, FastifyRequest } from 'fastify';
import type { Server } from 'node:http';
import type { Logger } from '../logger.js';
import type { TraceFields } from '../trace-fields.js';
import { admission } from './admission.js';
import { countWork } from './closing.js';
import { acceptJsonOnly } from './json-body.js';
import type { HttpLimits } from './limits.js';
import { sendProblem } from './problem.filter.js';
import { problemOf } from './problem-of.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.js';
import { noteRequest } from './request-log.js';
import { RouteTable } from './route-table.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { answerOddRequests, answerUnread } from './unread-request.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request's log line carries besides requestId; see traceRequest. */
    trace: TraceFields | null;
    /** Counted by whoever refused it, and not written into the log line by line. */
    isQuiet: boolean;
  }
}

/** The HTTP server under Nest. The request's id is `request.id`. */
export function fastifyAdapter(limits: HttpLimits): FastifyAdapter {
  const options: FastifyHttpOptions<Server> = {
    bodyLimit: limits.bodyBytesMax,
    keepAliveTimeout: limits.keepAliveMs,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silentMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytesMax,
      // Node's own refusal is no problem document: see admission.
      requireHostHeader: false,
    },
    clientErrorHandler: answerUnread,
    requestIdHeader: false,
    // What arrives on a connection that is still open is served; its 503 would be no problem document.
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers),
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS).header(REQUEST_ID_HEADER, request.id);
      sendProblem(reply, problemOf(error), request.id);
    },
  };
  return new FastifyAdapter(options);
}

/** x-request-id on every answer, one log line and one observation per request, JSON bodies only. */
export function prepareFastify(fastify: FastifyInstance, logger: Logger, limits: HttpLimits): void {
  fastify.server.maxConnections = limits.connectionsMax;
  // The bytes are bounded; a bound on their number would drop the last ones without a word.
  fastify.server.maxHeadersCount = 0;
  answerOddRequests(fastify.server);
  acceptJsonOnly(fastify);
  countWork(fastify);
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  fastify.decorateRequest('trace', null);
  fastify.decorateRequest('isQuiet', false);
  const refusalOf = admission(fastify, routes, limits);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    const refusal = refusalOf(request);
    if (refusal) sendProblem(reply, refusal, request.id);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method, url, trace, isQuiet } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const { statusCode: status, elapsedTime: ms } = reply;
    noteRequest(logger, { requestId, method, route, url, status, ms, trace, isQuiet });
    done();
  });
}

/** Puts sagaId and orderId on the request's log line, as soon as they are known. */
export function traceRequest(request: FastifyRequest, fields: TraceFields): void {
  // Spreads, one after another, would take V8 fifteen times as long.
  request.trace = Object.assign(request.trace ?? {}, fields);
}
