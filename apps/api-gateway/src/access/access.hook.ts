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
import type { IntrospectionClient } from '../identity/introspection.client.js';
import type { RateLimit } from '../rate-limit/rate-limit.js';
import { accessRefusal, cannotVerify, twoTokens } from './access-refusal.js';
import { readBearer } from './bearer.js';
import type { RefusedCalls } from './refused-calls.js';

export interface AccessOptions {
  verifier: TokenVerifier;
  /** Asked about tokens of identity-service on the routes of operators and admins. */
  introspection: IntrospectionClient | undefined;
  /** Undefined when there is no limit of requests. */
  rateLimit: Pick<RateLimit, 'refusalAfter'> | undefined;
  /** Takes the refused calls of the routes for operators and admins. */
  refusedCalls: RefusedCalls;
  guests: Guests;
  logger: Logger;
}

/**
 * Finds out who sends a request, and refuses it by the access table, before its body is read. A
 * token that is not valid is refused, also where GUESTS=open needs none. Throws when a route that is
 * registered later has no row.
 */
export function registerAccess(fastify: FastifyInstance, options: AccessOptions): void {
  const { verifier, introspection, rateLimit, refusedCalls, guests, logger } = options;
  const rows = new AccessRows('api-gateway');
  const withoutToken = guests === 'open' ? OPEN_CALLER : undefined;
  demandRows(fastify, rows);
  fastify.decorateRequest('verification', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    const access = accessOf(request, rows);
    const next = (refusal: Problem | undefined) => {
      if (!refusal) return done();
      if (refusal.options.quiet) request.isQuiet = true;
      sendProblem(reply, refusal, request.id);
    };
    if (access?.anyone || request.is404) return next(rateLimit?.refusalAfter(request));
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
      const refusal = refusalOf(verification, request, access, guests);
      if (refusal && access.introspected) noteRefused(verification, request, refusal);
      next(refusal);
    };
    const verified = (verification: Verification) => {
      const limited = rateLimit?.refusalAfter(request, verification);
      if (limited) return next(limited);
      const live = access.introspected && callerToIntrospect(verification);
      // Only a caller that its token lets pass is worth the question.
      if (!live || refusalOf(verification, request, access, guests)) return answered(verification);
      introspection!.ask(bearer.token, live).then(answered, done);
    };
    const before = request.verification ?? verifier.verifiedBefore(bearer.token);
    if (before) return verified(before);
    verifier.verify(bearer.token).then(verified, done);
  });

  function noteRefused(
    verification: Verification,
    { method, routeOptions, id: requestId }: FastifyRequest,
    { code }: Problem,
  ): void {
    if (verification.kind !== 'caller') return;
    if (code !== 'ACCESS_DENIED' && code !== 'STEP_UP_REQUIRED') return;
    const { id: caller } = verification.caller;
    refusedCalls.add({ caller, code, route: `${method} ${routeOptions.url}`, requestId });
  }

  function callerToIntrospect(verification: Verification): Caller | undefined {
    if (verification.kind !== 'caller' || !introspection?.isFor(verification.caller)) {
      return undefined;
    }
    return verification.caller;
  }
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
