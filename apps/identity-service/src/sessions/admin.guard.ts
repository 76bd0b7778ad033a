import { Problem } from '@backstitch/service-kit';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { sessionOf } from './account.guard.js';

const STEP_UP_MS = 15 * 60_000;

/** Behind AccountGuard: lets only an admin pass who showed a second factor lately. */
@Injectable()
export class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { account, amr, authTimeMs } = sessionOf(
      context.switchToHttp().getRequest<FastifyRequest>(),
    );
    if (!account.roles.includes('admin')) throw new Problem('ACCESS_DENIED');
    const isFresh = amr.includes('otp') && Date.now() - authTimeMs <= STEP_UP_MS;
    if (!isFresh) throw new Problem('STEP_UP_REQUIRED');
    return true;
  }
}
