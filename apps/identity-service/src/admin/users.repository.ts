import type { Database, Transaction } from '@backstitch/database';
import type { Account, Role } from '../accounts/account.js';
import { ADMINS, INSERT_INVITED, IS_ADMIN, LIST, LOCK, MAKE_ADMIN, UPDATE } from './admin.sql.js';

export interface AccountChange {
  roles?: readonly Role[];
  status?: 'active' | 'disabled';
}

/** Accounts as admins manage them. */
export class UsersRepository {
  constructor(private readonly database: Database) {}

  /** While `work` runs, no other process changes who is an admin. */
  managing<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.withTransaction(async (tx) => {
      await tx.query(LOCK);
      return work(tx);
    });
  }

  async list(after: string, email: string | undefined, limit: number): Promise<Account[]> {
    const values = [after, email ?? null, limit];
    return (await this.database.pool.query<Account>(LIST, values)).rows;
  }

  async change(id: string, { roles, status }: AccountChange, tx: Transaction) {
    const values = [id, roles ?? null, status ?? null];
    return (await tx.query<Account>(UPDATE, values)).rows[0];
  }

  /** How many accounts have the role of an admin and may be used. */
  async admins(tx: Transaction): Promise<number> {
    return (await tx.query<{ admins: number }>(ADMINS)).rows[0]!.admins;
  }

  async isAdmin(id: string, tx: Transaction): Promise<boolean> {
    return (await tx.query(IS_ADMIN, [id])).rowCount === 1;
  }

  /** The id of the account with this address; one without a usable password when there is none. */
  async invite(id: string, email: string, unusableHash: string, tx: Transaction): Promise<string> {
    const values = [id, email, unusableHash, email];
    return (await tx.query<{ id: string }>(INSERT_INVITED, values)).rows[0]!.id;
  }

  async makeAdmin(id: string, tx: Transaction): Promise<void> {
    await tx.query(MAKE_ADMIN, [id]);
  }
}
