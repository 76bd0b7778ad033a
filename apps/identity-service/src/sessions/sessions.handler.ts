import { randomBytes } from 'node:crypto';
import { type Logger, Problem } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import type { Account } from '../accounts/account.js';
import type { Sealing } from '../sealing/sealing.js';
import {
  ACCESS_TOKEN_SECONDS,
  type AccessTokens,
  USER_CLIENT,
} from '../tokens/access-tokens.service.js';
import { isGenuine, readRefreshToken, type RefreshToken, refreshToken } from './refresh-token.js';
import { ABSOLUTE_MS, IDLE_MS, type Rotation, rotationOf } from './rotation.js';
import type { AuthenticationMethod, LiveSession, SessionView } from './session.js';
import type { Change, LockedSession, SessionsRepository } from './sessions.repository.js';

const SEED_BYTES = 32;

/** The answer to a log-in and to a refresh. */
export interface TokenPair {
  accessToken: string;
  tokenType: 'Bearer';
  expiresIn: number;
  refreshToken: string;
  sessionId: string;
}

export interface SessionsParts {
  sessions: SessionsRepository;
  tokens: AccessTokens;
  sealing: Sealing;
  logger: Logger;
  nowMs?: () => number;
}

interface Decision {
  change: Change;
  session: LockedSession;
  /** Of the successor; undefined when the token is refused. */
  generation: number | undefined;
}

/** Opens, continues and ends sessions. */
export class SessionsHandler {
  private readonly nowMs: () => number;

  constructor(private readonly parts: SessionsParts) {
    this.nowMs = parts.nowMs ?? Date.now;
  }

  async open(account: Account, amr: AuthenticationMethod[]): Promise<TokenPair> {
    const nowMs = this.nowMs();
    const [sid, seed] = [newUuid(), randomBytes(SEED_BYTES)];
    const until = { idleUntilMs: nowMs + IDLE_MS, absoluteUntilMs: nowMs + ABSOLUTE_MS };
    await this.parts.sessions.insert({ sid, userId: account.id, seed, amr, nowMs, ...until });
    return this.pairOf({ sid, authTimeMs: nowMs, amr, account }, seed, 0);
  }

  /** The next tokens of a session. Throws 401; a reused token ends its session. */
  async refresh(text: string): Promise<TokenPair> {
    const token = readRefreshToken(text);
    const nowMs = this.nowMs();
    const { sessions } = this.parts;
    const decision =
      token && (await sessions.change(token.sid, nowMs, (each) => this.decide(each, token, nowMs)));
    if (!decision || decision.generation === undefined) throw refreshRefused();
    return this.pairOf(decision.session, decision.session.seed, decision.generation);
  }

  /** Ends the session of a genuine refresh token. Any other text changes nothing. */
  async logout(text: string): Promise<void> {
    const token = readRefreshToken(text);
    if (!token) return;
    await this.parts.sessions.change(token.sid, this.nowMs(), (session) => {
      const isOurs = isGenuine(this.parts.sealing, session.seed, token);
      const change: Change = isOurs ? { kind: 'revoke', why: 'logout' } : { kind: 'none' };
      return { change };
    });
  }

  /** An access token that says that a second factor was shown now; refreshes say so, too. */
  async stepUp(session: LiveSession): Promise<Omit<TokenPair, 'refreshToken'>> {
    const { sid, account } = session;
    const [nowMs, amr] = [this.nowMs(), ['pwd', 'otp'] as AuthenticationMethod[]];
    await this.parts.sessions.stepUp(sid, nowMs, amr);
    return this.accessOf({ sid, authTimeMs: nowMs, amr, account });
  }

  async list({ account, sid }: LiveSession): Promise<SessionView[]> {
    const rows = await this.parts.sessions.list(account.id, this.nowMs());
    return rows.map(({ id, createdAt, usedAt }) => ({
      id,
      createdAt: createdAt.toISOString(),
      usedAt: usedAt.toISOString(),
      current: id === sid,
    }));
  }

  async end({ account }: LiveSession, sid: string): Promise<void> {
    const why = 'ended by its owner';
    const isEnded = await this.parts.sessions.end(sid, account.id, this.nowMs(), why);
    if (!isEnded) throw new Problem('SESSION_NOT_FOUND');
  }

  private decide(session: LockedSession, token: RefreshToken, nowMs: number): Decision {
    const none = { change: { kind: 'none' }, session, generation: undefined } as const;
    if (!isGenuine(this.parts.sealing, session.seed, token)) return none;
    if (session.account.status !== 'active') return none;
    const rotation = rotationOf(session, token.generation, nowMs);
    if (rotation.kind === 'reuse') {
      const { sid, account } = session;
      this.parts.logger.warn({ sid, userId: account.id }, 'a refresh token was used again');
    }
    return { change: changeOf(rotation), session, generation: generationOf(rotation) };
  }

  private async pairOf(session: LiveSession, seed: Buffer, generation: number): Promise<TokenPair> {
    const { sid } = session;
    const next = refreshToken(this.parts.sealing, { sid, seed, generation });
    return { ...(await this.accessOf(session)), refreshToken: next };
  }

  private async accessOf(session: LiveSession): Promise<Omit<TokenPair, 'refreshToken'>> {
    const { sid, authTimeMs, amr, account } = session;
    const accessToken = await this.parts.tokens.issue({
      sub: account.id,
      client_id: USER_CLIENT,
      sid,
      auth_time: Math.floor(authTimeMs / 1000),
      amr,
      roles: account.roles,
    });
    return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS, sessionId: sid };
  }
}

function changeOf(rotation: Rotation): Change {
  if (rotation.kind === 'rotate') return rotation;
  return rotation.kind === 'reuse' ? { kind: 'revoke', why: 'reuse' } : { kind: 'none' };
}

function generationOf(rotation: Rotation): number | undefined {
  return 'generation' in rotation ? rotation.generation : undefined;
}

/** The same for every reason: the sender may have stolen the token. */
function refreshRefused(): Problem {
  return new Problem('REFRESH_REFUSED');
}
