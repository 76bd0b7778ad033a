import type { Logger } from '../logger.js';
import { observeRequest } from '../metrics.js';
import type { TraceFields } from '../trace-fields.js';
import type { Problem } from './problem.js';

/** A request that is answered, whether it came by itself or with others. */
export interface AnsweredRequest {
  requestId: string;
  method: string;
  /** As it is declared; its values are few. */
  route: string;
  url: string;
  status: number;
  ms: number;
  trace: TraceFields | null;
  /** Counted where it was refused, and not logged line by line. */
  isQuiet: boolean;
  /** Its client went away before it had the whole answer. */
  aborted?: boolean;
}

const LOGGED_URL_MAX = 500;

/** One log line and one observation. */
export function noteRequest(logger: Logger, answered: AnsweredRequest): void {
  const { requestId, method, route, url, status, ms, trace, isQuiet, aborted } = answered;
  observeRequest(method, route, status, ms / 1000);
  const fields = {
    requestId,
    method,
    url: url.slice(0, LOGGED_URL_MAX),
    status,
    ms: Math.round(ms),
    ...(aborted && { aborted }),
    // Last: V8 takes longer over members that follow a spread than pino over the whole line.
    ...trace,
  };
  if (isQuiet) logger.debug(fields, 'request');
  else if (isScrape(route)) logger.trace(fields, 'request');
  else logger.info(fields, 'request');
}

/** Why a request was answered by a problem, where that is ours to put right. */
export function noteProblem(
  logger: Logger,
  problem: Problem,
  error: unknown,
  { requestId, url, trace }: Pick<AnsweredRequest, 'requestId' | 'url' | 'trace'>,
): void {
  if (problem.status < 500) return;
  const fields = { ...trace, requestId, url, code: problem.code };
  if (problem.code === 'INTERNAL') {
    logger.error({ ...fields, err: error }, 'a request failed for an unforeseen reason');
  } else {
    // No stack: while a dependency is away this is said of every request.
    const { cause } = problem.options;
    const detail = cause instanceof Error ? cause.message : problem.message;
    logger.warn({ ...fields, detail }, 'a request could not be served now');
  }
}

/** By the route as it is declared: monitoring asks for it every few seconds. */
export function isScrape(route: string | undefined): boolean {
  return route !== undefined && (route.startsWith('/health') || route === '/metrics');
}
