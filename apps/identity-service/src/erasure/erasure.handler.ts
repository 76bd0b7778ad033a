import type { Transaction } from '@backstitch/database';
import type { AccountsRepository } from '../accounts/accounts.repository.js';
import type { UsersRepository } from '../admin/users.repository.js';
import { NO_REQUEST } from '../events/event-chain.js';
import type { EventAction } from '../events/event-actions.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import { DELETE_ACCOUNT, DISABLE_CLIENTS } from './erasure.sql.js';

export interface ErasureParts {
  accounts: AccountsRepository;
  users: UsersRepository;
  sessions: SessionsRepository;
  events: EventsRepository;
}

/** What other databases know of the person. */
export interface ErasedAccount {
  id: string;
  email: string;
  name: string;
}

/** Why an account cannot be erased, in words. */
export class ErasureRefused extends Error {}

/**
 * Erases an account in two steps: between them the records of the shop are made to name nobody. The
 * events keep the id of the account, which then belongs to no person.
 */
export class ErasureHandler {
  constructor(private readonly parts: ErasureParts) {}

  /** Disables the account and ends its sessions. May be repeated. Throws ErasureRefused. */
  begin(email: string): Promise<ErasedAccount> {
    const { accounts, users, sessions } = this.parts;
    return users.managing(async (tx) => {
      const account = await accounts.byEmail(email, tx);
      if (!account) throw new ErasureRefused('There is no account with this e-mail address.');
      const { id } = account;
      await users.change(id, { status: 'disabled' }, tx);
      if ((await users.admins(tx)) === 0 && account.roles.includes('admin')) {
        throw new ErasureRefused('It is the last admin. Make another admin first.');
      }
      await sessions.endOthers(id, undefined, Date.now(), 'account changed', tx);
      await tx.query(DISABLE_CLIENTS, [id]);
      await this.record('account erasure begun', id, tx);
      return { id, email, name: account.name };
    });
  }

  /** Deletes the account, with its sessions, authenticator and links. May be repeated. */
  async end(id: string): Promise<void> {
    await this.parts.users.managing(async (tx) => {
      const { rowCount } = await tx.query(DELETE_ACCOUNT, [id]);
      if (rowCount === 1) await this.record('account erased', id, tx);
    });
  }

  private record(action: EventAction, id: string, tx: Transaction): Promise<void> {
    const event = { actor: 'erase', action, subject: `u:${id}`, outcome: 'done' } as const;
    return this.parts.events.append(event, NO_REQUEST, tx);
  }
}
