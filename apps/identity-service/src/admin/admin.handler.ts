import type { Transaction } from '@backstitch/database';
import { Problem } from '@backstitch/service-kit';
import { type Profile, profileOf } from '../accounts/account.js';
import type { AccountsRepository } from '../accounts/accounts.repository.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner, type WhatHappened } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { Client, ClientsRepository } from '../machines/clients.repository.js';
import type { PasswordsHandler } from '../passwords/passwords.handler.js';
import type { LiveSession } from '../sessions/session.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { ClientRequest, UserChangeRequest } from './admin.dto.js';
import type { UsersRepository } from './users.repository.js';

const DAYS = 90;

/** An account as an admin sees it. */
export interface ManagedUser extends Profile {
  status: 'active' | 'disabled';
}

export interface AdminParts {
  users: UsersRepository;
  accounts: AccountsRepository;
  sessions: SessionsRepository;
  clients: ClientsRepository;
  passwords: PasswordsHandler;
  events: EventsRepository;
}

/** Who asks, and where from. */
export interface Asker {
  session: LiveSession;
  source: RequestSource;
}

/** What admins do. Each change is recorded together with it. */
export class AdminHandler {
  constructor(private readonly parts: AdminParts) {}

  async users(after: string, email: string | undefined, limit: number): Promise<ManagedUser[]> {
    const accounts = await this.parts.users.list(after, email, limit);
    return accounts.map((account) => ({ ...profileOf(account), status: account.status }));
  }

  /** Ends the sessions of the account. Nobody changes their own roles, or removes the last admin. */
  async change(asker: Asker, id: string, change: UserChangeRequest): Promise<ManagedUser> {
    const result = await this.changed(asker, id, change);
    if (!(result instanceof Problem)) return result;
    const { session, source } = asker;
    const call = { ...byOwner(session.account.id, 'admin call', 'refused'), subject: `u:${id}` };
    await this.parts.events.record(call, source);
    throw result;
  }

  /** A refusal is returned, and nothing was changed then. */
  private async changed(
    asker: Asker,
    id: string,
    change: UserChangeRequest,
  ): Promise<ManagedUser | Problem> {
    const { users, sessions } = this.parts;
    const own = asker.session.account.id;
    const work = users.managing(async (tx) => {
      // Another admin may have ended that while this one waited.
      if (!(await users.isAdmin(own, tx))) throw new Problem('ACCESS_DENIED');
      const account = await users.change(id, change, tx);
      if (!account) throw new Problem('USER_NOT_FOUND');
      if ((await users.admins(tx)) === 0) throw new Problem('LAST_ADMIN');
      if (id === own) throw new Problem('ACCESS_DENIED', 'Not on your own account.');
      await sessions.endOthers(id, undefined, Date.now(), 'account changed', tx);
      for (const action of actionsOf(change)) await this.record(asker, action, `u:${id}`, tx);
      return { ...profileOf(account), status: account.status };
    });
    return work.catch((error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
  }

  /** Sends a link to the owner, who alone chooses the password. */
  async startReset(asker: Asker, id: string): Promise<void> {
    const { accounts, passwords, users } = this.parts;
    const account = await accounts.byId(id);
    if (!account) throw new Problem('USER_NOT_FOUND');
    await users.managing((tx) => this.record(asker, 'password reset started', `u:${id}`, tx));
    passwords.sendReset(() => Promise.resolve(account));
  }

  clients(): Promise<Client[]> {
    return this.parts.clients.list();
  }

  /** The answer is the only place where the secret ever stands. */
  makeClient(asker: Asker, { scopes, days = DAYS }: ClientRequest) {
    const { clients, users } = this.parts;
    const owner = asker.session.account.id;
    return users.managing(async (tx) => {
      const { client, secret } = await clients.insert({ scopes, owner, days }, tx);
      await this.record(asker, `client created: ${scopes.join(' ')}`, `m:${client.clientId}`, tx);
      return { ...client, secret };
    });
  }

  async disableClient(asker: Asker, clientId: string): Promise<void> {
    const { clients, users } = this.parts;
    await users.managing(async (tx) => {
      if (!(await clients.disable(clientId, tx))) throw new Problem('CLIENT_NOT_FOUND');
      await this.record(asker, 'client disabled', `m:${clientId}`, tx);
    });
  }

  private record(
    { session, source }: Asker,
    action: WhatHappened['action'],
    subject: string,
    tx: Transaction,
  ): Promise<void> {
    const actor = `u:${session.account.id}`;
    return this.parts.events.append({ actor, action, subject, outcome: 'done' }, source, tx);
  }
}

/** What a change of an account is recorded as. */
function actionsOf({ roles, status }: UserChangeRequest): WhatHappened['action'][] {
  const actions: WhatHappened['action'][] = [];
  if (roles) actions.push(`roles changed: ${roles.join(' ')}`);
  if (status) actions.push(status === 'disabled' ? 'user disabled' : 'user enabled');
  return actions;
}
