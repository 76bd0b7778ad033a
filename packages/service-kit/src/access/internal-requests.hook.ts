import {
  ACCESS_TABLE,
  type AccessRow,
  AccessRows,
  type App,
  CALLER_HEADER,
  type Caller,
  decide,
  decodeCaller,
  type InternalKeys,
  internalKeys,
  SIGNATURE_HEADER,
  signatureRefusal,
} from '@backstitch/auth';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { Problem } from '../http/problem.js';
import { sendProblem } from '../http/problem.filter.js';
import type { Logger } from '../logger.js';
import { demandRows } from './access-rows.hook.js';

export interface InternalRequests {
  /** Its rows of the access table, and rows of routes that a fork of this system adds. */
  rows: AccessRows;
  keys: InternalKeys;
  /**
   * A request without a signature is refused. Otherwise it is served as what its headers say: a
   * developer may send it to the app directly.
   */
  isSignatureRequired: boolean;
}

/** A route that the access table does not have, and who may use it. */
export type OwnRoute = Pick<AccessRow, 'method' | 'route' | 'access'>;

/** As the configuration says: production requires signatures. */
export function internalRequests(
  app: App,
  config: AppConfig & { INTERNAL_KEYS: string },
  ownRoutes: readonly OwnRoute[] = [],
): InternalRequests {
  const own = ownRoutes.map((route) => ({ ...route, app, signed: true }));
  return {
    rows: new AccessRows(app, [...ACCESS_TABLE, ...own]),
    keys: internalKeys(config.INTERNAL_KEYS),
    isSignatureRequired: config.NODE_ENV === 'production',
  };
}

const UNSIGNED =
  'The request has no signature of an app of this system. Clients send requests to the gateway.';
const UNREADABLE =
  'The caller of the request cannot be read. Only an app of this system writes it.';

/**
 * Lets an app behind the gateway serve only what another app has signed, and only what the access
 * table allows to the caller that the signature covers. The signature of a body is verified before
 * the body is read. Sets `request.caller`.
 */
export function registerInternalRequests(
  fastify: FastifyInstance,
  { rows, keys, isSignatureRequired }: InternalRequests,
  logger: Logger,
): void {
  demandRows(fastify, rows);

  const refusedFor = (request: FastifyRequest, signature: string, body: Buffer | '') => {
    const { method, url = '' } = request.raw;
    const caller = callerHeaderOf(request);
    const signed = { method: method ?? '', path: url, body, caller };
    const why = signatureRefusal(keys, signed, signature, Date.now() / 1000);
    if (why === undefined) return undefined;
    logger.warn({ requestId: request.id, why, url }, 'a signature between apps was refused');
    return new Problem('SIGNATURE_INVALID', `The signature of the request is ${why}.`);
  };

  fastify.addHook('onRequest', (request, reply, done) => {
    const row = rowOf(rows, request);
    if (row && !row.signed) return done();
    const signature = only(request.raw.headersDistinct[SIGNATURE_HEADER]);
    let refusal: Problem | undefined;
    if (signature === undefined) {
      refusal = isSignatureRequired
        ? new Problem('SIGNATURE_INVALID', UNSIGNED)
        : admit(request, row, false);
    } else {
      const check = (body: Buffer | '') =>
        refusedFor(request, signature, body) ?? admit(request, row, true);
      if (hasBody(request)) request.bodyRefusal = check;
      else refusal = check('');
    }
    if (refusal) sendProblem(reply, refusal, request.id);
    else done();
  });
  // A body that no parser read was not verified either.
  fastify.addHook('preValidation', (request, reply, done) => {
    if (request.bodyRefusal === null) return done();
    sendProblem(reply, new Problem('SIGNATURE_INVALID', UNSIGNED), request.id);
  });
}

function rowOf(rows: AccessRows, { method, routeOptions }: FastifyRequest): AccessRow | undefined {
  const { url } = routeOptions;
  return url === undefined ? undefined : rows.find(method, url);
}

/** Reads the caller, and asks the access table about it. */
function admit(
  request: FastifyRequest,
  row: AccessRow | undefined,
  isSigned: boolean,
): Problem | undefined {
  const header = callerHeaderOf(request);
  let caller: Caller | undefined;
  if (header !== undefined) {
    caller = decodeCaller(header);
    if (!caller) return new Problem('SIGNATURE_INVALID', UNREADABLE);
  }
  request.caller = caller;
  // Without a row the answer is 404. Requests of apps themselves have no caller.
  if (!row || row.access.apps || (!isSigned && !caller)) return undefined;
  const decision = decide(row.access, caller, Date.now() / 1000);
  return decision.allowed ? undefined : new Problem(decision.code);
}

function callerHeaderOf({ raw }: FastifyRequest): string | undefined {
  return only(raw.headersDistinct[CALLER_HEADER]);
}

/** A header that is there twice counts as another value: the signature does not cover it. */
function only(values: readonly string[] | undefined): string | undefined {
  return values === undefined || values.length === 1 ? values?.[0] : values.join(', ');
}

function hasBody({ raw: { method, headers } }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || (length !== undefined && Number(length) !== 0);
}
