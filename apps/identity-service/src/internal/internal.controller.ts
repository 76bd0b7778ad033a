import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { type AccessClaims, AccessTokens, USER_CLIENT } from '../tokens/access-tokens.service.js';
import { KeyRing } from '../tokens/key-ring.service.js';

export class EdgeSyncRequest {
  /** The `nowMs` of the last answer; 0 for all that matters. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  sinceMs!: number;
}

export class IntrospectRequest {
  @IsString()
  @MaxLength(8_192)
  token!: string;
}

interface EdgeSync {
  nowMs: number;
  /** Sessions that ended: their access tokens are refused. */
  revokedSids: string[];
  /** The keys whose tokens are valid: those of others are refused. */
  kids: string[];
}

/** Clocks of processes differ; a session that is named twice does no harm. */
const OVERLAP_MS = 5_000;

/** For the gateways: what ended lately, and whether a token is valid now. */
@Controller('internal')
export class InternalController {
  constructor(
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  @Post('edge-sync')
  @HttpCode(200)
  async edgeSync(@Body() { sinceMs }: EdgeSyncRequest): Promise<EdgeSync> {
    const nowMs = Date.now();
    const revokedSids = await this.sessions.endedSince(Math.max(0, sinceMs - OVERLAP_MS));
    return { nowMs, revokedSids, kids: [...(await this.keys.publicKeys()).keys()] };
  }

  /** With the roles that the account has now. */
  @Post('introspect')
  @HttpCode(200)
  async introspect(
    @Body() { token }: IntrospectRequest,
  ): Promise<{ active: false } | ({ active: true } & AccessClaims)> {
    const claims = await this.tokens.verify(token);
    if (!claims) return { active: false };
    if (claims.client_id !== USER_CLIENT) return { active: true, ...claims };
    const session = claims.sid && (await this.sessions.live(claims.sid, Date.now()));
    if (!session) return { active: false };
    return { active: true, ...claims, roles: session.account.roles };
  }
}
