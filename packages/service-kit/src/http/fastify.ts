import type { Caller } from '@backstitch/auth';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { TraceFields } from '../trace-fields.js';
import { isAboutServer, refusalOf } from './admission.js';
import { countWork } from './closing.js';
import { AllowedHosts, type HostRules } from './allowed-hosts.js';
import { allowOrigins } from './cors.js';
import { takeExpectations } from './expectation.js';
import { acceptJsonOnly } from './json-body.js';
import type { HttpLimits } from './limits.js';
import type { OpenRequests } from './open-requests.js';
import type { Problem } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { problemOf } from './problem-of.js';
import { givenRequestId, REQUEST_ID_HEADER, requestIdOf } from './request-id.js';
import { RouteTable } from './route-table.js';
import { answerTunnels, answerUnread, wasCutShort, wasRefused } from './unread-request.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request's log line carries besides requestId; see traceRequest. */
    trace: TraceFields | null;
    /** Counted where it was refused, and not logged line by line. */
    isQuiet: boolean;
    /** Of a request with a method that its address does not take: the route of the others. */
    matchedRoute: string | null;
    /** How many requests of its connection were open when it came, itself included. */
    inHand: number;
    /**
     * Who sends it. Undefined on routes that everybody may use, where no token is read, and for
     * requests of an app itself.
     */
    caller: Caller | undefined;
    /** Asked about the bytes of the body before they are read; then null. */
    bodyRefusal: ((body: Buffer) => Problem | undefined) | null;
  }

  interface FastifyInstance {
    /** What was registered here. */
    routeTable: RouteTable;
  }
}

/** The settings of the HTTP edge of an app. */
export interface EdgeOptions {
  /**
   * The clients are not trusted: each request gets an id of its own, and the client's x-request-id
   * is only logged, as clientRequestId. Else the sender is an app of ours, whose id is taken over.
   */
  isPublic?: boolean;
  /** Pages of these origins may call it [none]. */
  corsOrigins?: readonly string[];
  /**
   * Asked first of every request that could be read, whatever its address and method; what it
   * returns is the answer.
   */
  refuseEarly?: (request: FastifyRequest) => Problem | undefined;
  /** Asked about a request that has no route. Returns whether it has sent a page. */
  sendPage?: (request: FastifyRequest, reply: FastifyReply) => boolean;
}

/** What an app shows of itself on one of its ports. */
interface Surface {
  hosts: HostRules;
  /** On every answer; a route may override them. */
  headers: Readonly<Record<string, string>>;
}

type Edge = EdgeOptions & { surface: Surface };

/** The HTTP server under Nest. The request's id is `request.id`. */
export function fastifyAdapter(
  limits: HttpLimits,
  requests: OpenRequests,
  edge: Edge,
): FastifyAdapter {
  const hosts = new AllowedHosts(edge.surface.hosts);
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
    clientErrorHandler: (error, socket) => answerUnread(error, socket, requests),
    requestIdHeader: false,
    // What arrives on a connection that is still open is served; its 503 would be no problem document.
    return503OnClosing: false,
    genReqId: edge.isPublic ? () => randomUUID() : ({ headers }) => requestIdOf(headers),
    // An address that cannot be read: no hook is asked about it.
    frameworkErrors: (error, request, reply) => {
      if (wasRefused(request.raw.socket)) return;
      reply.raw.once('finish', () => requests.end(request));
      begin(request, reply, requests, edge);
      const early = edge.refuseEarly?.(request) ?? hosts.refusalOf(request);
      refuse(early ?? problemOf(error), request, reply);
    },
  };
  return new FastifyAdapter(options);
}

/**
 * x-request-id on every answer, one log line and one observation per request, JSON bodies only; and
 * refusals, in the order in which they cost least.
 */
export async function prepareFastify(
  fastify: FastifyInstance,
  limits: HttpLimits,
  requests: OpenRequests,
  edge: Edge,
): Promise<void> {
  const hosts = new AllowedHosts(edge.surface.hosts);
  fastify.server.maxConnections = limits.connectionsMax;
  // The bytes are bounded; a bound on their number would drop the last ones without a word.
  fastify.server.maxHeadersCount = 0;
  answerTunnels(fastify.server, requests);
  takeExpectations(fastify.server);
  acceptJsonOnly(fastify, limits.bodyNestedMax);
  countWork(fastify);
  const routes = new RouteTable();
  fastify.decorate('routeTable', routes);
  fastify.addHook('onRoute', (route) => {
    routes.add(route.method, route.url);
    const bodyLimit = limits.bodyBytesMaxAt[route.url];
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  fastify.decorateRequest('trace', null);
  fastify.decorateRequest('isQuiet', false);
  fastify.decorateRequest('matchedRoute', null);
  fastify.decorateRequest('inHand', 0);
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('bodyRefusal', null);
  // A refused request is not served: its connection closes soon.
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    if (!wasRefused(raw.socket)) done();
  });
  fastify.addHook('preValidation', ({ raw }, _reply, done) => {
    if (!wasCutShort(raw)) done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    request.inHand = begin(request, reply, requests, edge);
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    requests.end(request);
    done();
  });
  // Before the refusals, so that a page may read them, too.
  if (edge.corsOrigins?.length) await allowOrigins(fastify, edge.corsOrigins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const early = edge.refuseEarly?.(request) ?? hosts.refusalOf(request);
    const refusal = early ?? refusalOf(request, request.inHand, routes, limits);
    if (refusal?.code === 'ROUTE_NOT_FOUND' && edge.sendPage?.(request, reply)) return;
    if (refusal) refuse(refusal, request, reply);
    else if (isAboutServer(request)) sendMethods(routes, reply);
    else done();
  });
}

function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  requests: OpenRequests,
  { isPublic, surface }: Edge,
): number {
  reply.headers(surface.headers).header(REQUEST_ID_HEADER, request.id);
  const clientRequestId = isPublic ? givenRequestId(request.headers) : undefined;
  if (clientRequestId !== undefined) request.trace = { clientRequestId };
  return requests.begin(request, reply);
}

function sendMethods({ methods }: RouteTable, reply: FastifyReply): void {
  void reply.status(204).header('allow', methods.join(', ')).send();
}

function refuse(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (problem.options.quiet) request.isQuiet = true;
  sendProblem(reply, problem, request.id);
}

/** Puts sagaId and orderId on the request's log line, as soon as they are known. */
export function traceRequest(request: FastifyRequest, fields: TraceFields): void {
  // Spreads, one after another, would take V8 fifteen times as long.
  request.trace = Object.assign(request.trace ?? {}, fields);
}
