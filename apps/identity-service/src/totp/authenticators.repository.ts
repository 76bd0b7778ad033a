import type { Database } from '@backstitch/database';
import type { Sealing } from '../sealing/sealing.js';
import { CONFIRM, FIND, OFFER, USE_STEP } from './authenticators.sql.js';
import { totpStep } from './totp.js';

interface Row {
  sealed: Buffer;
  last_step: string;
  is_confirmed: boolean;
}

/** The authenticators of accounts; their secrets are sealed. */
export class AuthenticatorsRepository {
  constructor(
    private readonly database: Database,
    private readonly sealing: Sealing,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Whether the account has an authenticator, which a log-in then needs. */
  async has(userId: string): Promise<boolean> {
    return (await this.find(userId))?.is_confirmed === true;
  }

  /** Stores a secret that must be confirmed. False when the account has an authenticator. */
  async offer(userId: string, secret: Buffer): Promise<boolean> {
    const sealed = this.sealing.seal('authenticators', userId, secret);
    return (await this.database.pool.query(OFFER, [userId, sealed])).rowCount === 1;
  }

  /** Whether the code is right and was not used; it is used then. */
  async use(userId: string, code: string): Promise<boolean> {
    const row = await this.find(userId);
    return row?.is_confirmed === true && this.useStep(userId, row, code, USE_STEP);
  }

  /** From the first right code on, the authenticator counts. */
  async confirm(userId: string, code: string): Promise<boolean> {
    const row = await this.find(userId);
    return row?.is_confirmed === false && this.useStep(userId, row, code, CONFIRM);
  }

  /** Of requests that send the same code at once, one uses it. */
  private async useStep(userId: string, row: Row, code: string, sql: string): Promise<boolean> {
    const secret = this.sealing.open('authenticators', userId, row.sealed);
    const step = totpStep(secret, code, Number(row.last_step), this.nowMs());
    if (step === undefined) return false;
    return (await this.database.pool.query(sql, [userId, step])).rowCount === 1;
  }

  private async find(userId: string): Promise<Row | undefined> {
    return (await this.database.pool.query<Row>(FIND, [userId])).rows[0];
  }
}
