import { Problem } from '@backstitch/service-kit';
import { TokenRequest } from '@backstitch/shared-types';
import { Body, Controller, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AttemptsRepository } from '../attempts/attempts.repository.js';
import { ClientNetworks } from '../attempts/client-networks.js';
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
  ) {}

  @Post('token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async token(@Body() body: TokenRequest, @Req() request: FastifyRequest): Promise<TokenAnswer> {
    await this.attempts.count('token', this.networks.of(request));
    const { client_id: clientId, client_secret: secret } = body;
    const scopes = await this.clients.use(clientId, secret);
    if (!scopes)
      throw new Problem('CLIENT_REFUSED', undefined, { extensions: oauth('invalid_client') });
    const scope = scopeOf(body.scope, scopes);
    const claims = { sub: clientId, client_id: clientId, scope };
    const token = await this.tokens.issue(claims);
    return { access_token: token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_SECONDS, scope };
  }
}

function scopeOf(asked: string | undefined, scopes: readonly Scope[]): string {
  if (asked === undefined) return scopes.join(' ');
  const words = asked.split(' ').filter((word) => word !== '');
  const isAllowed = words.length > 0 && words.every((word) => scopes.includes(word as Scope));
  if (!isAllowed)
    throw new Problem('SCOPE_REFUSED', undefined, { extensions: oauth('invalid_scope') });
  return words.join(' ');
}

/** What clients of OAuth read. */
function oauth(error: string): { error: string } {
  return { error };
}
