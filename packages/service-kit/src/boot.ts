import {
  Module,
  type DynamicModule,
  type ExceptionFilter,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TerminusModule } from '@nestjs/terminus';
import type { AppConfig } from './config/app-config.js';
import { HealthController, Readiness, type ReadinessCheck } from './health.js';
import { closeDoor } from './http/closing.js';
import { type EdgeOptions, fastifyAdapter, prepareFastify } from './http/fastify.js';
import { HTTP_LIMITS, type HttpLimits } from './http/limits.js';
import { OpenRequests } from './http/open-requests.js';
import { serveProblemPages } from './http/problem-pages.js';
import { ProblemFilter } from './http/problem.filter.js';
import { httpValidationPipe } from './http/validation.js';
import type { Logger } from './logger.js';
import { MetricsController, startMetrics } from './metrics.js';
import { NestLogger } from './nest-logger.js';
import { exitInOrder, type DrainStep } from './shutdown.js';

export interface BootOptions {
  /** The app's name in metrics. */
  name: string;
  module: Type | DynamicModule;
  config: AppConfig;
  logger: Logger;
  /** Put before every route but health and metrics, such as "api". */
  prefix?: string;
  /** Global pipes and filters, of HTTP and of commands [HTTP validation; ProblemFilter always]. */
  pipes?: PipeTransform[];
  filters?: ExceptionFilter[];
  /** Between creation and start: connectMicroservice(…, { inheritAppConfig: true }), OpenAPI. */
  configure?(app: NestFastifyApplication): Promise<void> | void;
  readiness?(app: NestFastifyApplication): ReadinessCheck[];
  /** What to drain before, and to close after, HTTP and command servers; each in order. */
  drain?(app: NestFastifyApplication): { first?: DrainStep[]; last?: DrainStep[] };
  /** What one client may cost, where it differs from HTTP_LIMITS. */
  limits?: Partial<HttpLimits>;
  /** How it meets its clients [as apps of ours]. */
  edge?: EdgeOptions;
  /** For the whole shutdown [15 000]. */
  drainDeadlineMs?: number;
}

@Module({})
class BootModule {}

/**
 * Starts an app: validation, problems, health, metrics, request ids, shutdown in order. Returns once
 * it listens; what it depends on may still be away, which /health/ready says. A start that fails is
 * logged, with what to do about it, and ends the process with exit code 1.
 */
export async function bootApp(options: BootOptions): Promise<NestFastifyApplication> {
  const { config, logger } = options;
  try {
    const app = await createApp(options);
    await options.configure?.(app);
    takeSignals(app, options);
    await app.startAllMicroservices();
    const { backlogMax: backlog } = { ...HTTP_LIMITS, ...options.limits };
    await app.listen({ port: config.PORT, host: config.HOST, backlog });
    logger.info({ url: await app.getUrl() }, `${options.name} is listening`);
    return app;
  } catch (error) {
    logStartFailure(logger, error, config);
    return process.exit(1);
  }
}

/** The app of bootApp, not listening and without signal handlers: for tests that inject requests. */
export async function createApp(options: BootOptions): Promise<NestFastifyApplication> {
  const { logger, module, prefix, pipes = [httpValidationPipe()], filters = [] } = options;
  const { edge = {} } = options;
  startMetrics(options.name);
  const readiness = new Readiness();
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const root: DynamicModule = {
    module: BootModule,
    imports: [TerminusModule.forRoot({ logger: false }), module],
    controllers: [HealthController, MetricsController],
    providers: [{ provide: Readiness, useValue: readiness }],
  };
  const requests = new OpenRequests(logger);
  const adapter = fastifyAdapter(limits, requests, edge);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  await prepareFastify(fastify, limits, requests, edge);
  serveProblemPages(fastify);
  if (prefix) app.setGlobalPrefix(prefix, { exclude: ['health/live', 'health/ready', 'metrics'] });
  app.useGlobalPipes(...pipes);
  app.useGlobalFilters(new ProblemFilter(logger), ...filters);
  readiness.checks = options.readiness?.(app) ?? [];
  return app;
}

function takeSignals(app: NestFastifyApplication, options: BootOptions): void {
  const { first = [], last = [] } = options.drain?.(app) ?? {};
  const close = { name: 'http and commands', run: () => app.close() };
  exitInOrder({
    logger: options.logger,
    deadlineMs: options.drainDeadlineMs ?? 15_000,
    begin: () => {
      app.get(Readiness).shuttingDown = true;
      // Requests in flight are waited for by app.close().
      closeDoor(app.getHttpServer());
    },
    steps: () => [...first, close, ...last],
  });
}

/** Where the reason is known, the line says what to do instead of where in the code it happened. */
function logStartFailure(logger: Logger, error: unknown, { PORT, HOST }: AppConfig): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') {
    logger.fatal({ code }, `port ${PORT} on ${HOST} is taken: set PORT to choose another one`);
  } else if (code === 'EACCES') {
    logger.fatal({ code }, `port ${PORT} may not be opened: set PORT to 1024 or higher`);
  } else if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    logger.fatal({ code }, `"${HOST}" is no address of this machine: set HOST to another one`);
  } else {
    logger.fatal({ err: error }, 'the app could not start');
  }
}
