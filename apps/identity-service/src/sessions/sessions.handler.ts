import { randomBytes } from 'node:crypto';
import { type Logger, Problem } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import type { Account, Role } from '../accounts/account.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner, type WhatHappened } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { Sealing } from '../sealing/sealing.js';
import {
  ACCESS_TOKEN_SECONDS,
  type AccessTokens,
  USER_CLIENT,
} from '../tokens/access-tokens.service.js';
import { grantedRoles } from './granted-roles.js';
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
  /** Roles of the account that its tokens lack until a one-time password is shown. */
  withheldRoles?: Role[];
}

export interface SessionsParts {
  sessions: SessionsRepository;
  tokens: AccessTokens;
  sealing: Sealing;
  events: EventsRepository;
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

  /** The log-in that opens it is recorded with it. Throws 401 when the account changed meanwhile. */
  async open(
    account: Account,
    amr: AuthenticationMethod[],
    source: RequestSource,
  ): Promise<TokenPair> {
    const { sessions, events } = this.parts;
    const nowMs = this.nowMs();
    const [sid, seed] = [newUuid(), randomBytes(SEED_BYTES)];
    const until = { idleUntilMs: nowMs + IDLE_MS, absoluteUntilMs: nowMs + ABSOLUTE_MS };
    const pair = await this.pairOf({ sid, authTimeMs: nowMs, amr, account }, seed, 0);
    await sessions.transaction(async (tx) => {
      const isOpen = await sessions.insert({ sid, account, seed, amr, nowMs, ...until }, tx);
      if (!isOpen) throw new Problem('LOGIN_FAILED');
      await events.append(byOwner(account.id, 'login'), source, tx);
    });
    return pair;
  }

  /** The next tokens of a session. Throws 401; a reused token ends its session. */
  async refresh(text: string, source: RequestSource): Promise<TokenPair> {
    const token = readRefreshToken(text);
    const nowMs = this.nowMs();
    const { sessions, events } = this.parts;
    const decision =
      token &&
      (await sessions.change(
        token.sid,
        nowMs,
        (each) => this.decide(each, token, nowMs),
        async ({ change }, { account }, tx) => {
          if (change.kind !== 'revoke') return;
          const reused = byOwner(account.id, 'refresh token reused', 'refused');
          await events.append({ ...reused, actor: 'unknown' }, source, tx);
        },
      ));
    if (!decision || decision.generation === undefined) throw refreshRefused();
    return this.pairOf(decision.session, decision.session.seed, decision.generation);
  }

  /** Ends the session of a genuine refresh token. Any other text changes nothing. */
  async logout(text: string, source: RequestSource): Promise<void> {
    const token = readRefreshToken(text);
    if (!token) return;
    const { sessions, sealing, events } = this.parts;
    const decide = (session: LockedSession): { change: Change } => {
      const isOurs = isGenuine(sealing, session.seed, token) && session.revokedAtMs === undefined;
      return { change: isOurs ? { kind: 'revoke', why: 'logout' } : { kind: 'none' } };
    };
    await sessions.change(token.sid, this.nowMs(), decide, async ({ change }, { account }, tx) => {
      if (change.kind !== 'revoke') return;
      await events.append(byOwner(account.id, 'logout'), source, tx);
    });
  }

  /** An access token that says that a second factor was shown now; refreshes say so, too. */
  async stepUp(
    { sid, account }: LiveSession,
    source: RequestSource,
    action: WhatHappened['action'] = 'step-up',
  ): Promise<Omit<TokenPair, 'refreshToken'>> {
    const { sessions, events } = this.parts;
    const [nowMs, amr] = [this.nowMs(), ['pwd', 'otp'] as AuthenticationMethod[]];
    const token = await this.accessOf({ sid, authTimeMs: nowMs, amr, account });
    await sessions.transaction(async (tx) => {
      await sessions.stepUp(sid, nowMs, amr, tx);
      await events.append(byOwner(account.id, action), source, tx);
    });
    return token;
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

  async end({ account }: LiveSession, sid: string, source: RequestSource): Promise<void> {
    const { sessions, events } = this.parts;
    const why = 'ended by its owner';
    await sessions.transaction(async (tx) => {
      const isEnded = await sessions.end(sid, account.id, this.nowMs(), why, tx);
      if (!isEnded) throw new Problem('SESSION_NOT_FOUND');
      await events.append(byOwner(account.id, 'session ended'), source, tx);
    });
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
    const roles = grantedRoles(account.roles, amr);
    const withheldRoles = account.roles.filter((role) => !roles.includes(role));
    const accessToken = await this.parts.tokens.issue({
      sub: account.id,
      client_id: USER_CLIENT,
      sid,
      auth_time: Math.floor(authTimeMs / 1000),
      amr,
      roles,
    });
    return {
      accessToken,
      tokenType: 'Bearer',
      expiresIn: ACCESS_TOKEN_SECONDS,
      sessionId: sid,
      ...(withheldRoles.length > 0 && { withheldRoles }),
    };
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
