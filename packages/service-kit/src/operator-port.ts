import type { AppState } from '@backstitch/shared-types';
import type { FastifyInstance } from 'fastify';
import { type ChaosRoute, serveChaos } from './chaos/chaos-route.js';
import type { AppConfig } from './config/app-config.js';
import { httpStatusOfHealth, type Readiness } from './health.js';
import { ANY_HOST, hostRules } from './http/allowed-hosts.js';
import { fastifyAdapter, prepareFastify } from './http/fastify.js';
import type { HttpLimits } from './http/limits.js';
import { problemOf } from './http/problem-of.js';
import { serveProblemPages } from './http/problem-pages.js';
import { sendProblem } from './http/problem.filter.js';
import { SECURITY_HEADERS } from './http/security-headers.js';
import { OpenRequests } from './http/open-requests.js';
import { INSTANCE_ID } from './instance-id.js';
import type { Logger } from './logger.js';
import { serveLogs } from './logs/logs-route.js';
import { metricsRegistry } from './metrics.js';
import { poolViews } from './pool-metrics.js';

export interface OperatorPortOptions {
  /** The app's name. */
  name: string;
  config: AppConfig;
  logger: Logger;
  limits: HttpLimits;
  readiness: Readiness;
  chaos: ChaosRoute | undefined;
}

/**
 * What is for operators and their machines only, on METRICS_PORT: metrics, and why something that
 * the app needs is away. Not listening yet.
 */
export async function operatorPort(options: OperatorPortOptions): Promise<FastifyInstance> {
  const { name, config, logger, limits, readiness, chaos } = options;
  // "*" opens the app's own port; it does not mean this one.
  const hosts = config.allowedHosts.filter((host) => host !== ANY_HOST);
  const rules = hostRules(hosts, config.metricsHosts);
  const requests = new OpenRequests(logger);
  const edge = { surface: { hosts: rules, headers: SECURITY_HEADERS } };
  const fastify = fastifyAdapter(limits, requests, edge).getInstance();
  await prepareFastify(fastify, limits, requests, edge);
  serveProblemPages(fastify);
  fastify.setNotFoundHandler((request, reply) => {
    sendProblem(reply, problemOf({ code: 'FST_ERR_NOT_FOUND' }), request.id);
  });
  fastify.setErrorHandler((error, request, reply) => {
    logger.error({ err: error, requestId: request.id }, 'an operator could not be answered');
    sendProblem(reply, problemOf(error), request.id);
  });
  fastify.get('/metrics', async (_request, reply) => {
    reply.header('content-type', metricsRegistry.contentType);
    return metricsRegistry.metrics();
  });
  fastify.get('/health/live', (_request, reply) => reply.send({ status: 'ok' }));
  fastify.get('/health/ready', async (_request, reply) => {
    const report = await readiness.readiness();
    reply.status(httpStatusOfHealth(report.status));
    return report;
  });
  fastify.get('/health/dependencies', async (_request, reply) => {
    const report = await readiness.dependencies();
    reply.status(httpStatusOfHealth(report.status));
    return report;
  });
  fastify.get('/health/state', async (_request, reply) =>
    reply.send(await stateOf(name, readiness)),
  );
  serveLogs(fastify, name, config.OPS_TOKEN);
  if (chaos) serveChaos(fastify, chaos);
  return fastify;
}

const STARTED_AT = new Date().toISOString();

/** What this process is, and the state of each thing that it needs. */
async function stateOf(app: string, readiness: Readiness): Promise<AppState> {
  const checks = await readiness.checks();
  const isUp = checks.every(({ state }) => state === 'up');
  const state = readiness.shuttingDown ? 'shutting_down' : isUp ? 'ok' : 'error';
  const pools = poolViews();
  return { app, instanceId: INSTANCE_ID, startedAt: STARTED_AT, state, checks, pools };
}
