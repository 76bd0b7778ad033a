import { Problem } from '@backstitch/service-kit';
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessTokens, USER_CLIENT } from '../tokens/access-tokens.service.js';
import type { LiveSession } from './session.js';
import { SessionsRepository } from './sessions.repository.js';

const BEARER = /^Bearer ([\w.~+/=-]+)$/i;
const CHALLENGE = { headers: { 'www-authenticate': 'Bearer' } };
const INVALID = { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };

const sessionsOfRequests = new WeakMap<FastifyRequest, LiveSession>();

/** Lets only a person with a live session pass, and before the body is validated. */
@Injectable()
export class AccountGuard implements CanActivate {
  constructor(
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    sessionsOfRequests.set(request, await this.sessionOf(request.headers.authorization));
    return true;
  }

  /** Throws 401 for a header without the token of a live session. */
  async sessionOf(authorization: string | undefined): Promise<LiveSession> {
    if (authorization === undefined) throw new Problem('TOKEN_REQUIRED', undefined, CHALLENGE);
    const [, token] = BEARER.exec(authorization) ?? [];
    const claims = token === undefined ? undefined : await this.tokens.verify(token);
    const sid = claims?.client_id === USER_CLIENT ? claims.sid : undefined;
    const session = sid === undefined ? undefined : await this.sessions.live(sid, Date.now());
    if (!session || session.account.id !== claims?.sub) {
      throw new Problem('TOKEN_INVALID', undefined, INVALID);
    }
    return session;
  }
}

/** The session that AccountGuard found. */
export function sessionOf(request: FastifyRequest): LiveSession {
  const session = sessionsOfRequests.get(request);
  if (!session) throw new Error('this route has no AccountGuard');
  return session;
}

/** A parameter of a route with AccountGuard: who asks. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  return sessionOf(context.switchToHttp().getRequest<FastifyRequest>());
});
