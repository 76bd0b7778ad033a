import {
  Module,
  type DynamicModule,
  type ExceptionFilter,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Server as NetServer } from 'node:net';
import {
  type InternalRequests,
  registerInternalRequests,
} from './access/internal-requests.hook.js';
import type { ChaosRoute } from './chaos/chaos-route.js';
import type { AppConfig } from './config/app-config.js';
import { logConfiguration } from './config/configuration-log.js';
import { exposeDependencies } from './dependency-gauge.js';
import type { HealthCheck } from './health-check.js';
import { HealthController, Readiness } from './health.js';
import { hostRules } from './http/allowed-hosts.js';
import { closeListeners } from './http/closing.js';
import { type EdgeOptions, fastifyAdapter, prepareFastify } from './http/fastify.js';
import { HTTP_LIMITS, type HttpLimits } from './http/limits.js';
import { CannotListen, listenOn } from './http/listen.js';
import { OpenRequests } from './http/open-requests.js';
import { serveProblemPages } from './http/problem-pages.js';
import { ProblemFilter } from './http/problem.filter.js';
import { securityHeaders } from './http/security-headers.js';
import { httpValidationPipe } from './http/validation.js';
import type { Logger } from './logger.js';
import { startMetrics } from './metrics.js';
import { NestLogger } from './nest-logger.js';
import { operatorPort } from './operator-port.js';
import { exitInOrder, type DrainStep } from './shutdown.js';

export interface BootOptions {
  /** The app's name in metrics. */
  name: string;
  module: Type | DynamicModule;
  config: AppConfig;
  logger: Logger;
  /** Put before every route but health, such as "api". */
  prefix?: string;
  /** Global pipes and filters, of HTTP and of commands [HTTP validation; ProblemFilter always]. */
  pipes?: PipeTransform[];
  filters?: ExceptionFilter[];
  /** For an app behind the gateway: which requests it serves [all]. */
  internal?: InternalRequests;
  /** For an app with chaos knobs: served on METRICS_PORT [not]. */
  chaos?: ChaosRoute;
  /** Between creation and start: connectMicroservice(…, { inheritAppConfig: true }), OpenAPI. */
  configure?(app: NestFastifyApplication): Promise<void> | void;
  /** Without these the process can serve nothing: it says that it is not ready. */
  readiness?(app: NestFastifyApplication): HealthCheck[];
  /** Further dependencies: shown to operators, and no reason to be not ready. */
  dependencies?(app: NestFastifyApplication): HealthCheck[];
  /** What to drain before, and to close after, HTTP and command servers; each in order. */
  drain?(app: NestFastifyApplication): { first?: DrainStep[]; last?: DrainStep[] };
  /** What one client may cost, where it differs from HTTP_LIMITS. */
  limits?: Partial<HttpLimits>;
  /** How it treats its clients [as apps of ours]. */
  edge?: EdgeOptions;
  /** For the whole shutdown [15 000]. */
  drainDeadlineMs?: number;
}

@Module({})
class BootModule {}

/**
 * Starts an app: validation, problems, health, metrics, request ids, shutdown in order. Returns
 * once it listens; what it depends on may still be away, which /health/dependencies says on
 * METRICS_PORT. A start that fails is logged, with what to do about it, and ends the process with
 * exit code 1.
 */
export async function bootApp(options: BootOptions): Promise<NestFastifyApplication> {
  const { config, logger, name } = options;
  try {
    logConfiguration(config, logger);
    const app = await createApp(options);
    const operators = await openOperatorPort(app, options);
    const also: NetServer[] = [];
    await options.configure?.(app);
    takeSignals(app, { options, also, operators });
    await app.startAllMicroservices();
    const listening = await listenOn({
      server: app.getHttpServer(),
      listen: (at) => app.listen(at),
      port: config.PORT,
      hosts: config.hosts,
      limits: limitsOf(options),
      variables: ['PORT', 'HOST'],
    });
    also.push(...listening);
    const urls = config.hosts.length > 1 ? { hosts: config.hosts } : {};
    const metricsUrl = operators?.listeningOrigin;
    const at = { url: await app.getUrl(), ...urls, ...(metricsUrl && { metricsUrl }) };
    logger.debug({ routes: routesOf(app, operators) }, 'routes');
    logger.info(at, `${name} is listening`);
    return app;
  } catch (error) {
    logStartFailure(logger, error);
    return process.exit(1);
  }
}

/** On all ports. */
function routesOf(app: NestFastifyApplication, operators: FastifyInstance | undefined): string[] {
  const own = app.getHttpAdapter().getInstance().routeTable.list;
  return [...new Set([...own, ...(operators?.routeTable.list ?? [])])];
}

async function openOperatorPort(
  app: NestFastifyApplication,
  options: BootOptions,
): Promise<FastifyInstance | undefined> {
  const { name, config, logger } = options;
  const port = config.metricsPort;
  if (port === undefined) return undefined;
  const limits = limitsOf(options);
  const readiness = app.get(Readiness);
  const { chaos } = options;
  const operators = await operatorPort({ name, config, logger, limits, readiness, chaos });
  await listenOn({
    server: operators.server,
    listen: (at) => operators.listen(at),
    port,
    hosts: config.metricsHosts,
    limits,
    variables: ['METRICS_PORT', 'METRICS_HOST'],
  });
  return operators;
}

function limitsOf({ limits }: BootOptions): HttpLimits {
  return { ...HTTP_LIMITS, ...limits };
}

/**
 * The app of bootApp, not listening and without signal handlers: for tests that inject requests.
 */
export async function createApp(options: BootOptions): Promise<NestFastifyApplication> {
  const { config, logger, module, prefix, pipes = [httpValidationPipe()], filters = [] } = options;
  startMetrics(options.name);
  const readiness = new Readiness(logger);
  const limits = limitsOf(options);
  const root: DynamicModule = {
    module: BootModule,
    imports: [module],
    controllers: [HealthController],
    providers: [{ provide: Readiness, useValue: readiness }],
  };
  const requests = new OpenRequests(logger);
  const surface = {
    hosts: hostRules(config.allowedHosts, config.hosts),
    headers: securityHeaders(config.HSTS_MAX_AGE_SECONDS),
  };
  const edge = { ...options.edge, surface };
  const adapter = fastifyAdapter(limits, requests, edge);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  await prepareFastify(fastify, limits, requests, edge);
  if (options.internal) registerInternalRequests(fastify, options.internal, logger);
  serveProblemPages(fastify);
  if (prefix) app.setGlobalPrefix(prefix, { exclude: ['health/live', 'health/ready'] });
  app.useGlobalPipes(...pipes);
  app.useGlobalFilters(new ProblemFilter(logger), ...filters);
  readiness.watch(options.readiness?.(app) ?? [], options.dependencies?.(app) ?? []);
  exposeDependencies(readiness);
  return app;
}

interface Listening {
  options: BootOptions;
  /** The other addresses of the app. */
  also: readonly NetServer[];
  operators: FastifyInstance | undefined;
}

function takeSignals(app: NestFastifyApplication, { options, also, operators }: Listening): void {
  const { logger, config, drainDeadlineMs: deadlineMs = 15_000 } = options;
  const { first = [], last = [] } = options.drain?.(app) ?? {};
  let listenersClosed: Promise<void> = Promise.resolve();
  const close: DrainStep[] = [
    { name: 'http and commands', run: () => app.close() },
    { name: 'connections', run: () => listenersClosed },
  ];
  const operatorsLast = {
    name: 'operators',
    run: async () => {
      operators?.server.closeAllConnections();
      await operators?.close();
    },
  };
  exitInOrder({
    logger,
    deadlineMs,
    delayMs: config.SHUTDOWN_DELAY_MS,
    announce: () => (app.get(Readiness).shuttingDown = true),
    // Requests in flight are waited for by app.close(), and at its other addresses by closeListeners.
    begin: () => {
      listenersClosed = closeListeners(app.getHttpServer(), also);
    },
    steps: () => [...first, ...close, ...last, operatorsLast],
  });
}

/** Where the reason is known, the line says what to do instead of where in the code it happened. */
function logStartFailure(logger: Logger, error: unknown): void {
  if (error instanceof CannotListen) logger.fatal({ code: error.code }, error.message);
  else logger.fatal({ err: error }, 'the app could not start');
}
