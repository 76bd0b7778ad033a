import { Problem } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { Body, Controller, Header, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clearedRefreshCookie, refreshCookie, refreshTokenIn } from '../sessions/refresh-cookie.js';
import { IDLE_MS } from '../sessions/rotation.js';
import { SessionsHandler, type TokenPair } from '../sessions/sessions.handler.js';
import {
  ACCESS_TOKEN_SECONDS,
  AccessTokens,
  GUEST_CLIENT,
} from '../tokens/access-tokens.service.js';
import { ClientNetworks } from '../attempts/client-networks.js';
import type { Profile } from './account.js';
import { LogInRequest, RefreshRequest, SignUpRequest } from './accounts.dto.js';
import { AccountsHandler } from './accounts.handler.js';

/** What AuthController needs of the configuration. */
export class AuthSettings {
  constructor(
    /** Of pages that may send the refresh cookie. */
    readonly origins: readonly string[],
    readonly servesGuests: boolean,
  ) {}
}

type Answer = Omit<TokenPair, 'refreshToken'> & Partial<Pick<TokenPair, 'refreshToken'>>;

/** From nothing to a token, and from one token to the next. */
@Controller('api/auth')
export class AuthController {
  constructor(
    @Inject(AccountsHandler) private readonly accounts: AccountsHandler,
    @Inject(SessionsHandler) private readonly sessions: SessionsHandler,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  @Post('signup')
  async signUp(
    @Body() body: SignUpRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Profile | { status: 'verification sent' }> {
    const profile = await this.accounts.signUp(body, this.networks.of(request));
    if (profile) return profile;
    void reply.status(202);
    return { status: 'verification sent' };
  }

  @Post('login')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async logIn(
    @Body() body: LogInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    if (body.cookie) this.requireOwnOrigin(request);
    const pair = await this.accounts.logIn(body, this.networks.of(request));
    return body.cookie ? withCookie(pair, reply) : pair;
  }

  @Post('refresh')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async refresh(
    @Body() { refreshToken }: RefreshRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    const source = this.networks.of(request);
    if (refreshToken !== undefined) return this.sessions.refresh(refreshToken, source);
    return withCookie(await this.sessions.refresh(this.tokenOfCookie(request), source), reply);
  }

  @Post('logout')
  @HttpCode(204)
  async logOut(
    @Body() { refreshToken }: RefreshRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const source = this.networks.of(request);
    if (refreshToken !== undefined) return this.sessions.logout(refreshToken, source);
    await this.sessions.logout(this.tokenOfCookie(request), source);
    void reply.header('set-cookie', clearedRefreshCookie());
  }

  @Post('guest')
  @Header('cache-control', 'no-store')
  async guest(): Promise<Pick<TokenPair, 'accessToken' | 'tokenType' | 'expiresIn'>> {
    if (!this.settings.servesGuests) throw new Problem('ROUTE_NOT_FOUND');
    const accessToken = await this.tokens.issue({ sub: newUuid(), client_id: GUEST_CLIENT });
    return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS };
  }

  private tokenOfCookie(request: FastifyRequest): string {
    const token = refreshTokenIn(request.headers.cookie);
    if (token === undefined) throw new Problem('REFRESH_REFUSED');
    this.requireOwnOrigin(request);
    return token;
  }

  /** A page of another site must not use the cookie of a person who visits it. */
  private requireOwnOrigin({ headers }: FastifyRequest): void {
    const { origin } = headers;
    if (origin === undefined || !this.settings.origins.includes(origin)) {
      throw new Problem('ORIGIN_REFUSED');
    }
  }
}

function withCookie({ refreshToken, ...answer }: TokenPair, reply: FastifyReply): Answer {
  void reply.header('set-cookie', refreshCookie(refreshToken, IDLE_MS / 1000));
  return answer;
}
