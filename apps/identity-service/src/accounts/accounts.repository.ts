import type { Database, Transaction } from '@backstitch/database';
import type { Account, Role } from './account.js';
import {
  BY_EMAIL,
  BY_ID,
  END_SUSPENSION,
  INSERT,
  SET_EMAIL,
  SET_HASH,
  SET_NAME,
  SET_PASSWORD,
  SET_VERIFIED,
  SUSPEND,
} from './accounts.sql.js';

export interface NewAccount {
  id: string;
  email: string;
  passwordHash: string;
  name: string;
  roles: readonly Role[];
  isVerified: boolean;
}

/** A connection inside a transaction, or the pool. */
type Queries = Pick<Transaction, 'query'>;

/** The rows of accounts. */
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  /** Runs changes of several tables together. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.withTransaction(work);
  }

  /** Undefined when there is an account of this e-mail address. */
  insert(account: NewAccount): Promise<Account | undefined> {
    const { id, email, passwordHash, name, roles, isVerified } = account;
    return this.one(INSERT, [id, email, passwordHash, name, roles, isVerified]);
  }

  byEmail(email: string, queries: Queries = this.database.pool): Promise<Account | undefined> {
    return this.one(BY_EMAIL, [email], queries);
  }

  byId(id: string, queries: Queries = this.database.pool): Promise<Account | undefined> {
    return this.one(BY_ID, [id], queries);
  }

  setName(id: string, name: string): Promise<Account | undefined> {
    return this.one(SET_NAME, [id, name]);
  }

  /** Replaces the hash of the same password. */
  async setHash(id: string, before: string, after: string): Promise<void> {
    await this.database.pool.query(SET_HASH, [id, before, after]);
  }

  async setPassword(id: string, hash: string, queries: Queries): Promise<void> {
    await queries.query(SET_PASSWORD, [id, hash]);
  }

  /** The account takes no password. Undefined when there is none, or it is suspended already. */
  async suspend(email: string, tx: Transaction): Promise<string | undefined> {
    return (await tx.query<{ id: string }>(SUSPEND, [email])).rows[0]?.id;
  }

  async endSuspension(id: string, tx: Transaction): Promise<void> {
    await tx.query(END_SUSPENSION, [id]);
  }

  async setVerified(id: string, queries: Queries): Promise<void> {
    await queries.query(SET_VERIFIED, [id]);
  }

  /** False when another account has the address. */
  async setEmail(id: string, email: string, queries: Queries): Promise<boolean> {
    return (await queries.query(SET_EMAIL, [id, email])).rowCount === 1;
  }

  private async one(
    sql: string,
    values: unknown[],
    queries: Queries = this.database.pool,
  ): Promise<Account | undefined> {
    return (await queries.query<Account>(sql, values)).rows[0];
  }
}
