export { databaseFault, openSession, SessionPool } from '@backstitch/database';
export * from './boot.js';
export * from './command-log.js';
export * from './config/app-config.js';
export * from './config/integer-variable.js';
export * from './config/load-config.js';
export * from './config/read-config.js';
export { retryingContention } from './database/contention.js';
export { DatabaseAway, RowLocked } from './database/database-fault.js';
export * from './database/database.js';
export * from './database/migrations.js';
export * from './database/schema-check.js';
export * from './fault-point.js';
export * from './health.js';
export { traceRequest } from './http/fastify.js';
export { Problem, validationProblem } from './http/problem.js';
export type { ProblemDocument, ProblemOptions } from './http/problem.js';
export { problemOf } from './http/problem-of.js';
export * from './http/problem.filter.js';
export { REQUEST_ID_HEADER, requestIdOf } from './http/request-id.js';
export { noteProblem, noteRequest } from './http/request-log.js';
export * from './http/validation.js';
export * from './logger.js';
export {
  Counter,
  exposeCounters,
  exposeGauge,
  Gauge,
  Histogram,
  metricsRegistry,
} from './metrics.js';
export { NestLogger } from './nest-logger.js';
export * from './participant.js';
export { retryAfterSeconds, Shedding } from './shedding.js';
export * from './shutdown.js';
export * from './trace-fields.js';
