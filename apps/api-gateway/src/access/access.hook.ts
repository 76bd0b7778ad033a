import {
  type Access,
  AccessRows,
  type Caller,
  decide,
  OPEN_CALLER,
  type TokenVerifier,
  type Verification,
} from '@backstitch/auth';
import { demandRows, type Logger, type Problem, sendProblem } from '@backstitch/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Guests } from '../config.js';
import { accessRefusal, cannotVerify, twoTokens } from './access-refusal.js';
import { readBearer } from './bearer.js';

export interface AccessOptions {
  verifier: TokenVerifier;
  guests: Guests;
  logger: Logger;
}

/**
 * Finds out who sends a request, and refuses it by the access table, before its body is read. A
 * token that is not valid is refused, also where GUESTS=open needs none. Throws when a route that is
 * registered later has no row.
 */
export function registerAccess(fastify: FastifyInstance, options: AccessOptions): void {
  const { verifier, guests, logger } = options;
  const rows = new AccessRows('api-gateway');
  const withoutToken = guests === 'open' ? OPEN_CALLER : undefined;
  demandRows(fastify, rows);
  fastify.addHook('onRequest', (request, reply, done) => {
    const access = accessOf(request, rows);
    if (access?.anyone || request.is404) return done();
    const next = (refusal: Problem | undefined) => {
      if (refusal) sendProblem(reply, refusal, request.id);
      else done();
    };
    if (!access) return next(accessRefusal('ACCESS_DENIED'));
    if (request.headers.authorization === undefined) {
      return next(admit(request, access, withoutToken));
    }
    const bearer = readBearer(request.raw.headersDistinct.authorization);
    if (bearer.kind === 'twice') return next(twoTokens());
    if (bearer.kind !== 'token') return next(accessRefusal('TOKEN_INVALID'));
    const answered = (verification: Verification) => {
      if (verification.kind === 'invalid') {
        logger.debug({ requestId: request.id, why: verification.reason }, 'a token was refused');
      }
      next(refusalOf(verification, request, access, guests));
    };
    const before = verifier.verifiedBefore(bearer.token);
    if (before) return answered(before);
    verifier.verify(bearer.token).then(answered, done);
  });
}

/** Undefined: the route has no row, and nobody may use it. */
function accessOf({ method, routeOptions }: FastifyRequest, rows: AccessRows): Access | undefined {
  const { url } = routeOptions;
  return url === undefined ? undefined : rows.find(method, url)?.access;
}

function refusalOf(
  verification: Verification,
  request: FastifyRequest,
  access: Access,
  guests: Guests,
): Problem | undefined {
  if (verification.kind === 'unavailable') return cannotVerify();
  if (verification.kind === 'invalid') return accessRefusal('TOKEN_INVALID');
  const { caller } = verification;
  if (caller.kind === 'guest' && guests === 'off') return accessRefusal('ACCESS_DENIED');
  return admit(request, access, caller);
}

function admit(
  request: FastifyRequest,
  access: Access,
  caller: Caller | undefined,
): Problem | undefined {
  const decision = decide(access, caller, Date.now() / 1000);
  if (!decision.allowed) return accessRefusal(decision.code);
  request.caller = caller;
  return undefined;
}
