import { createHash, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '@backstitch/database';
import { DROP_OLDER, INSERT, REMOVE_EXPIRED, USE } from './one-time-tokens.sql.js';

export type Purpose = 'verify-email' | 'reset-password' | 'change-email' | 'bootstrap';

const HOUR_MS = 3_600_000;
const LIFETIME_MS: Readonly<Record<Purpose, number>> = {
  'verify-email': 24 * HOUR_MS,
  'reset-password': HOUR_MS,
  'change-email': HOUR_MS,
  bootstrap: HOUR_MS,
};
const TOKEN_BYTES = 32;

export interface UsedToken {
  /** The account that it was made for. */
  subject: string;
  data: string | null;
}

/** Tokens in links, each for one purpose, one account and one use. Only their hash is stored. */
export class OneTimeTokensRepository {
  constructor(
    private readonly database: Database,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** A new token; those of the same account and purpose that were not used are void. */
  async make(purpose: Purpose, subject: string, data: string | null = null): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const nowMs = this.nowMs();
    const values = [sha256(token), purpose, subject, data, nowMs, nowMs + LIFETIME_MS[purpose]];
    await this.database.withTransaction(async (tx) => {
      await tx.query(DROP_OLDER, [subject, purpose]);
      await tx.query(INSERT, values);
    });
    return token;
  }

  /**
   * Uses a token, and does `work` in the same transaction. Undefined when there is no such token of
   * this purpose, or it was used, or has expired.
   */
  use<Result>(
    purpose: Purpose,
    token: string,
    work: (tx: Transaction, used: UsedToken) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.database.withTransaction(async (tx) => {
      const values = [sha256(token), purpose, this.nowMs()];
      const [used] = (await tx.query<UsedToken>(USE, values)).rows;
      return used && work(tx, used);
    });
  }

  async removeExpired(nowMs: number): Promise<void> {
    await this.database.pool.query(REMOVE_EXPIRED, [nowMs]);
  }
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
