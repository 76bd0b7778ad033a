import { databaseFault } from '@backstitch/database';
import { ERROR_CODES, Fault, httpStatusOf, type ErrorCodeName } from '@backstitch/shared-types';
import { HttpException } from '@nestjs/common';
import { Problem } from './problem.js';

const RETRY_AFTER_SECONDS = '1';

/** Errors of Fastify before a handler runs. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCodeName>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_CONTENT_TYPE',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_BODY',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_BODY',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_BODY',
  FST_ERR_BAD_URL: 'ROUTE_NOT_FOUND',
  FST_ERR_MAX_PARAM_LENGTH: 'ROUTE_NOT_FOUND',
  FST_ERR_NOT_FOUND: 'ROUTE_NOT_FOUND',
};

/** Of a database: the same request may succeed later. */
const MAY_PASS = new Set<string>(['away', 'locked', 'contention']);

const CODE_OF_STATUS: Readonly<Record<number, ErrorCodeName>> = {
  400: 'VALIDATION_FAILED',
  403: 'ROUTE_NOT_FOUND',
  404: 'ROUTE_NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  414: 'ROUTE_NOT_FOUND',
  415: 'UNSUPPORTED_CONTENT_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/**
 * The problem that answers anything thrown; an unexpected error is INTERNAL, without details.
 * Pure.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Fault) return problemOfFault(error);
  if (typeof error !== 'object' || error === null) {
    return new Problem('INTERNAL', undefined, { cause: error });
  }
  const code = 'code' in error ? FASTIFY_CODES[String(error.code)] : undefined;
  if (code) return new Problem(code, undefined, { cause: error });
  if (error instanceof HttpException) return problemOfHttp(error);
  // A request that broke off has a status of its own, and the code of a connection as well.
  if (!('statusCode' in error) && MAY_PASS.has(databaseFault(error))) return unavailable(error);
  return new Problem(codeOfPlugin(error), undefined, { cause: error });
}

/** An error of a plugin that the caller caused: an incomplete body, a file outside its folder. */
function codeOfPlugin(error: object): ErrorCodeName {
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  if (!(status >= 400 && status < 500)) return 'INTERNAL';
  return status === 400 ? 'MALFORMED_BODY' : (CODE_OF_STATUS[status] ?? 'MALFORMED_REQUEST');
}

/** A fault's message is technical: the caller is told the code's title only. */
function problemOfFault(fault: Fault): Problem {
  const code = fault.code as ErrorCodeName;
  if (code in ERROR_CODES && httpStatusOf(code) !== 500) {
    return new Problem(code, undefined, { cause: fault });
  }
  if (!fault.retryable) return new Problem('INTERNAL', undefined, { cause: fault });
  return unavailable(fault);
}

function unavailable(cause: object): Problem {
  const headers = { 'retry-after': RETRY_AFTER_SECONDS };
  return new Problem('UNAVAILABLE', undefined, { cause, headers });
}

function problemOfHttp(exception: HttpException): Problem {
  const code = CODE_OF_STATUS[exception.getStatus()] ?? 'INTERNAL';
  const isForCaller = code === 'VALIDATION_FAILED';
  return new Problem(code, isForCaller ? exception.message : undefined, { cause: exception });
}
