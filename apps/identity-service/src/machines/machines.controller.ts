import { Problem } from '@backstitch/service-kit';
import { TokenRequest } from '@backstitch/shared-types';
import { Body, Controller, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AttemptsRepository } from '../attempts/attempts.repository.js';
import { ClientNetworks } from '../attempts/client-networks.js';
import type { WhatHappened } from '../events/event-chain.js';
import { EventsRepository } from '../events/events.repository.js';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from '../tokens/access-tokens.service.js';
import { ClientsRepository, type Scope } from './clients.repository.js';

interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
}

/** Access tokens of machines, by client credentials (RFC 6749 §4.4), in JSON. */
@Controller('api/auth')
export class MachinesController {
  constructor(
    @Inject(ClientsRepository) private readonly clients: ClientsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(AttemptsRepository) private readonly attempts: AttemptsRepository,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
    @Inject(EventsRepository) private readonly events: EventsRepository,
  ) {}

  @Post('token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async token(@Body() body: TokenRequest, @Req() request: FastifyRequest): Promise<TokenAnswer> {
    const source = this.networks.of(request);
    await this.attempts.count('token', source.client);
    const { client_id: clientId, client_secret: secret } = body;
    const scopes = await this.clients.use(clientId, secret);
    const scope = scopes && scopeOf(body.scope, scopes);
    await this.events.record(tokenEvent(scopes && clientId, scope), source);
    if (!scopes) throw refused('CLIENT_REFUSED', 'invalid_client');
    if (scope === undefined) throw refused('SCOPE_REFUSED', 'invalid_scope');
    const token = await this.tokens.issue({ sub: clientId, client_id: clientId, scope });
    return { access_token: token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_SECONDS, scope };
  }
}

/** Undefined for a scope that is not among them. */
function scopeOf(asked: string | undefined, scopes: readonly Scope[]): string | undefined {
  if (asked === undefined) return scopes.join(' ');
  const words = asked.split(' ').filter((word) => word !== '');
  const isAllowed = words.length > 0 && words.every((word) => scopes.includes(word as Scope));
  return isAllowed ? words.join(' ') : undefined;
}

/** A text that is no client's id may be anything, and is not recorded. */
function tokenEvent(clientId: string | undefined, scope: string | undefined): WhatHappened {
  const [name, action] = [clientId ? `m:${clientId}` : 'unknown', 'client token issued'] as const;
  const outcome = scope === undefined ? 'refused' : 'done';
  return { actor: name, action, subject: name, outcome };
}

/** `error` is what clients of OAuth read. */
function refused(code: 'CLIENT_REFUSED' | 'SCOPE_REFUSED', error: string): Problem {
  return new Problem(code, undefined, { extensions: { error } });
}
