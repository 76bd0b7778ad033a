import { Problem } from '@backstitch/service-kit';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClientNetworks } from '../attempts/client-networks.js';
import { EventsRepository } from '../events/events.repository.js';
import { sessionOf } from './account.guard.js';
import type { LiveSession } from './session.js';

const STEP_UP_MS = 15 * 60_000;

/**
 * Behind AccountGuard: lets only an admin pass who showed a second factor lately. A refusal is
 * recorded.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    @Inject(EventsRepository) private readonly events: EventsRepository,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const session = sessionOf(request);
    const refusal = refusalOf(session);
    if (refusal === undefined) return true;
    const subject = `${request.method} ${request.routeOptions.url ?? ''}`;
    const actor = `u:${session.account.id}`;
    const event = { actor, action: 'admin call', subject, outcome: 'refused' } as const;
    await this.events.record(event, this.networks.of(request));
    throw new Problem(refusal);
  }
}

function refusalOf({ account, amr, authTimeMs }: LiveSession) {
  if (!account.roles.includes('admin')) return 'ACCESS_DENIED';
  const isFresh = amr.includes('otp') && Date.now() - authTimeMs <= STEP_UP_MS;
  return isFresh ? undefined : 'STEP_UP_REQUIRED';
}
