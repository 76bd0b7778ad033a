import { type EdgeSyncAnswer, readEdgeSyncRequest, type RefusedCall } from '@backstitch/auth';
import { Problem } from '@backstitch/service-kit';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { EventsRepository } from '../events/events.repository.js';
import { grantedRoles } from '../sessions/granted-roles.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import {
  type AccessClaims,
  AccessTokens,
  GUEST_CLIENT,
  USER_CLIENT,
} from '../tokens/access-tokens.service.js';
import { EdgeSyncRepository } from './edge-sync.repository.js';

export class IntrospectRequest {
  @IsString()
  @MaxLength(8_192)
  token!: string;
}

type Introspection = { active: false } | ({ active: true } & AccessClaims);

const INACTIVE: Introspection = { active: false };

/** For the gateways: what was taken back lately, and whether a token is valid now. */
@Controller('internal')
export class InternalController {
  constructor(
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(EventsRepository) private readonly events: EventsRepository,
    @Inject(EdgeSyncRepository) private readonly edge: EdgeSyncRepository,
  ) {}

  @Post('edge-sync')
  @HttpCode(200)
  async edgeSync(@Body() body: unknown, @Req() request: FastifyRequest): Promise<EdgeSyncAnswer> {
    // Each gateway asks every second: a line for each would hide the others.
    request.isQuiet = true;
    const asked = readEdgeSyncRequest(body);
    if (!asked) throw new Problem('VALIDATION_FAILED', 'The body is no request for edge-sync.');
    await this.recordRefused(asked.refused ?? []);
    return this.edge.sync(asked);
  }

  /** What the gateway refused is recorded like what this app refuses. */
  private async recordRefused(calls: readonly RefusedCall[]): Promise<void> {
    for (const { caller, code, route, requestId } of calls) {
      const actor = this.tokens.eventName(caller);
      const action = `call refused: ${route}, ${code}` as const;
      const event = { actor, action, subject: actor, outcome: 'refused' } as const;
      await this.events.record(event, { network: null, requestId });
    }
  }

  /** With the roles that the account has now. */
  @Post('introspect')
  @HttpCode(200)
  async introspect(@Body() { token }: IntrospectRequest): Promise<Introspection> {
    const claims = await this.tokens.verify(token);
    if (!claims) return INACTIVE;
    const { client_id: clientId, sid, sub } = claims;
    if (clientId === GUEST_CLIENT) return { active: true, ...claims };
    if (clientId !== USER_CLIENT) {
      return (await this.edge.isClientUsable(clientId)) ? { active: true, ...claims } : INACTIVE;
    }
    const session = sid && (await this.sessions.live(sid, Date.now()));
    if (!session || session.account.id !== sub) return INACTIVE;
    return { active: true, ...claims, roles: grantedRoles(session.account.roles, session.amr) };
  }
}
