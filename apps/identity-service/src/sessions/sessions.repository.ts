import type { Database, Transaction } from '@backstitch/database';
import { isUuid } from '@backstitch/shared-types';
import type { Account } from '../accounts/account.js';
import type { SessionState } from './rotation.js';
import type { AuthenticationMethod, EndReason, LiveSession } from './session.js';
import {
  END,
  END_OTHERS,
  ENDED_SINCE,
  INSERT,
  LIST,
  LIVE,
  LOCK,
  REMOVE_EXPIRED,
  REVOKE,
  ROTATE,
  STEP_UP,
} from './sessions.sql.js';

export interface NewSession {
  sid: string;
  /** As it was read before its password was compared. */
  account: Pick<Account, 'id' | 'passwordVersion'>;
  seed: Buffer;
  amr: readonly AuthenticationMethod[];
  nowMs: number;
  idleUntilMs: number;
  absoluteUntilMs: number;
}

/** A session whose row is locked. */
export interface LockedSession extends LiveSession, SessionState {
  seed: Buffer;
}

export type Change =
  | { kind: 'rotate'; generation: number; idleUntilMs: number }
  | { kind: 'revoke'; why: EndReason }
  | { kind: 'none' };

type LockedRow = Omit<LockedSession, 'account' | 'revokedAtMs'> &
  Account & { revokedAtMs: number | null };
type LiveRow = Omit<LiveSession, 'account'> & Account;

export interface SessionRow {
  id: string;
  createdAt: Date;
  usedAt: Date;
}

/** The rows of sessions. Times come from the caller. */
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  /** False when the account may not open it any more. */
  async insert(session: NewSession, tx: Transaction): Promise<boolean> {
    const { sid, account, seed, amr, nowMs, idleUntilMs, absoluteUntilMs } = session;
    const values = [sid, account.id, seed, amr, nowMs, idleUntilMs, absoluteUntilMs];
    return (await tx.query(INSERT, [...values, account.passwordVersion])).rowCount === 1;
  }

  /** Runs changes of several tables together. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.withTransaction(work);
  }

  /** Decides about a session and changes it, while no other request does; `also` comes with it. */
  change<Decision extends { change: Change }>(
    sid: string,
    nowMs: number,
    decide: (session: LockedSession) => Decision,
    also: (decision: Decision, session: LockedSession, tx: Transaction) => Promise<void>,
  ): Promise<Decision | undefined> {
    return this.database.withTransaction(async (tx) => {
      const [row] = (await tx.query<LockedRow>(LOCK, [sid])).rows;
      if (!row) return undefined;
      const session = lockedSession(row);
      const decision = decide(session);
      const { change } = decision;
      if (change.kind === 'rotate') {
        await tx.query(ROTATE, [sid, change.generation, nowMs, change.idleUntilMs]);
      } else if (change.kind === 'revoke') await tx.query(REVOKE, [sid, nowMs, change.why]);
      await also(decision, session, tx);
      return decision;
    });
  }

  async live(sid: string, nowMs: number): Promise<LiveSession | undefined> {
    if (!isUuid(sid)) return undefined;
    const [row] = (await this.database.pool.query<LiveRow>(LIVE, [sid, nowMs])).rows;
    if (!row) return undefined;
    const { authTimeMs, amr, ...account } = row;
    return { sid, authTimeMs, amr, account };
  }

  async list(userId: string, nowMs: number): Promise<SessionRow[]> {
    return (await this.database.pool.query<SessionRow>(LIST, [userId, nowMs])).rows;
  }

  async stepUp(
    sid: string,
    nowMs: number,
    amr: readonly AuthenticationMethod[],
    tx: Transaction,
  ): Promise<void> {
    await tx.query(STEP_UP, [sid, nowMs, amr]);
  }

  /** The ids of the sessions that ended since then. */
  async endedSince(sinceMs: number): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(ENDED_SINCE, [sinceMs]);
    return rows.map(({ id }) => id);
  }

  /** False when the account has no such session, or it has ended. */
  async end(
    sid: string,
    userId: string,
    nowMs: number,
    why: EndReason,
    tx: Transaction,
  ): Promise<boolean> {
    return (await tx.query(END, [sid, userId, nowMs, why])).rowCount === 1;
  }

  async removeExpired(nowMs: number): Promise<void> {
    await this.database.pool.query(REMOVE_EXPIRED, [nowMs]);
  }

  /** Ends all sessions of an account, but one if it is given. */
  async endOthers(
    userId: string,
    keep: string | undefined,
    nowMs: number,
    why: EndReason,
    tx: Transaction,
  ): Promise<void> {
    await tx.query(END_OTHERS, [userId, keep ?? null, nowMs, why]);
  }
}

function lockedSession(row: LockedRow): LockedSession {
  const { sid, seed, generation, rotatedAtMs, idleUntilMs, absoluteUntilMs, ...rest } = row;
  const { revokedAtMs, authTimeMs, amr, ...account } = rest;
  const times = { rotatedAtMs, idleUntilMs, absoluteUntilMs, authTimeMs };
  return { sid, seed, generation, ...times, revokedAtMs: revokedAtMs ?? undefined, amr, account };
}
