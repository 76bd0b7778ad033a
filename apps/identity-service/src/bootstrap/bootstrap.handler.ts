import { randomBytes } from 'node:crypto';
import { Problem } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import type { ResetRequest } from '../accounts/accounts.dto.js';
import type { AccountsRepository } from '../accounts/accounts.repository.js';
import type { UsersRepository } from '../admin/users.repository.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner, NO_REQUEST } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import type { PasswordHasher } from '../passwords/password-hasher.client.js';
import type { PasswordsHandler } from '../passwords/passwords.handler.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';

export interface BootstrapParts {
  users: UsersRepository;
  accounts: AccountsRepository;
  sessions: SessionsRepository;
  links: OneTimeTokensRepository;
  events: EventsRepository;
  hasher: PasswordHasher;
}

/** There is an admin, who makes others. */
export class AdminPresent extends Error {}

/** Makes the first admin. */
export class BootstrapHandler {
  constructor(private readonly parts: BootstrapParts) {}

  /** The token of a link by which its owner becomes the first admin. Throws AdminPresent. */
  async invite(email: string): Promise<string> {
    const { users, links, events, hasher } = this.parts;
    const unusable = await hasher.hash(randomBytes(32).toString('hex'));
    const id = await users.managing(async (tx) => {
      if ((await users.admins(tx)) > 0) throw new AdminPresent();
      const invited = await users.invite(newUuid(), email, unusable, tx);
      const event = { ...byOwner(invited, 'admin invited'), actor: 'bootstrap' };
      await events.append(event, NO_REQUEST, tx);
      return invited;
    });
    return links.make('bootstrap', id);
  }

  /** Makes the owner of the link the first admin, with this password. Throws 410. */
  async accept(
    { token, password }: ResetRequest,
    passwords: PasswordsHandler,
    source: RequestSource,
  ): Promise<void> {
    const { users, accounts, sessions, links, events } = this.parts;
    const isDone = await links.use('bootstrap', token, async (tx, { subject }) => {
      const account = await accounts.byId(subject, tx);
      if (!account || (await users.admins(tx)) > 0) throw new Problem('LINK_GONE');
      const hash = await passwords.hashOfNew('password', password, account);
      await accounts.setPassword(subject, hash, tx);
      await accounts.setVerified(subject, tx);
      await accounts.endSuspension(subject, tx);
      await sessions.endOthers(subject, undefined, Date.now(), 'account changed', tx);
      await users.makeAdmin(subject, tx);
      await events.append(byOwner(subject, 'admin made'), source, tx);
      return true;
    });
    if (!isDone) throw new Problem('LINK_GONE');
  }
}
