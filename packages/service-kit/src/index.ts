export {
  type Database,
  databaseFault,
  isTimedOut,
  migrateOrExit,
  reasonOf,
  runMigrations,
  type Transaction,
} from '@backstitch/database';
export { demandRows } from './access/access-rows.hook.js';
export {
  type InternalRequests,
  internalRequests,
  type OwnRoute,
} from './access/internal-requests.hook.js';
export { watchBatches } from './batch-metrics.js';
export * from './boot.js';
export { brokerTimings, exposeBrokerLoad } from './broker-metrics.js';
export { type Build, BUILD } from './build.js';
export { ChaosSettings } from './chaos/chaos-settings.js';
export type { LiveKnob } from './chaos/live-knob.js';
export * from './command-log.js';
export { type AddressRange, addressRanges, IsAddressRangeList } from './config/address-ranges.js';
export * from './config/app-config.js';
export { HasNoProblem } from './config/has-no-problem.js';
export * from './config/integer-variable.js';
export * from './config/load-config.js';
export { migrationUrl } from './config/migration-url.js';
export { IsOriginList, originList } from './config/origins.js';
export * from './config/read-config.js';
export { DatabaseAway, RowLocked } from './database/database-fault.js';
export { openDatabase } from './database/open-database.js';
export * from './exposed-gauges.js';
export * from './fault-point.js';
export * from './database-health.js';
export type { HealthCheck } from './health-check.js';
export * from './health.js';
export { budgetOf, clientAddress } from './http/client-address.js';
export {
  EVENT_STREAM_MEDIA_TYPE,
  type EventStream,
  EventStreams,
  type StreamedEvent,
} from './http/event-streams.js';
export { traceRequest } from './http/fastify.js';
export { afterOf, foreignCursor, limitOf, nextLink } from './http/page-query.js';
export { Problem, validationProblem } from './http/problem.js';
export type { ProblemDocument, ProblemOptions } from './http/problem.js';
export { problemOf } from './http/problem-of.js';
export * from './http/problem.filter.js';
export { REQUEST_ID_HEADER, requestIdOf } from './http/request-id.js';
export { isScrape, noteProblem, noteRequest } from './http/request-log.js';
export * from './http/validation.js';
export { INSTANCE_ID } from './instance-id.js';
export { PeriodicJob, type PeriodicJobOptions } from './jobs/periodic-job.js';
export * from './logger.js';
export { logRoutine } from './routine-lines.js';
export {
  Counter,
  exposeCounters,
  exposeGauge,
  exposePool,
  Gauge,
  Histogram,
  metricsRegistry,
} from './metrics.js';
export { NestLogger } from './nest-logger.js';
export * from './participant.js';
export { retryAfterSeconds, Shedding } from './shedding.js';
export * from './shutdown.js';
export {
  AnotherCurrency,
  type CurrencyStore,
  requireCurrency,
  soonKnown,
  untilCurrencyKnown,
} from './stored-currency.js';
export { Timings, type TimingsOptions } from './timings.js';
export * from './trace-fields.js';
