import type { Database } from '@backstitch/database';
import type { Account, Role } from './account.js';
import { BY_EMAIL, BY_ID, INSERT, SET_HASH, SET_NAME } from './accounts.sql.js';

export interface NewAccount {
  id: string;
  email: string;
  passwordHash: string;
  name: string;
  roles: readonly Role[];
  isVerified: boolean;
}

/** The rows of accounts. */
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  /** Undefined when there is an account of this e-mail address. */
  insert(account: NewAccount): Promise<Account | undefined> {
    const { id, email, passwordHash, name, roles, isVerified } = account;
    return this.one(INSERT, [id, email, passwordHash, name, roles, isVerified]);
  }

  byEmail(email: string): Promise<Account | undefined> {
    return this.one(BY_EMAIL, [email]);
  }

  byId(id: string): Promise<Account | undefined> {
    return this.one(BY_ID, [id]);
  }

  setName(id: string, name: string): Promise<Account | undefined> {
    return this.one(SET_NAME, [id, name]);
  }

  /** Replaces the hash of the same password. */
  async setHash(id: string, before: string, after: string): Promise<void> {
    await this.database.pool.query(SET_HASH, [id, before, after]);
  }

  private async one(sql: string, values: unknown[]): Promise<Account | undefined> {
    return (await this.database.pool.query<Account>(sql, values)).rows[0];
  }
}
