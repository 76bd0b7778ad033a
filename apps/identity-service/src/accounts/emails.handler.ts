import { Problem } from '@backstitch/service-kit';
import type { AttemptsRepository } from '../attempts/attempts.repository.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { Mailer } from '../mail/mailer.client.js';
import {
  alreadyRegisteredMessage,
  changeEmailMessage,
  emailChangedMessage,
  verifyEmailMessage,
} from '../mail/messages.js';
import type { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import type { LiveSession } from '../sessions/session.js';
import type { Account } from './account.js';
import type { EmailChangeRequest } from './accounts.dto.js';
import type { AccountsRepository } from './accounts.repository.js';
import { emailProblem, storedEmail } from './email.js';
import type { PasswordsHandler } from './passwords.handler.js';

export interface EmailsParts {
  accounts: AccountsRepository;
  links: OneTimeTokensRepository;
  attempts: AttemptsRepository;
  mailer: Mailer;
  events: EventsRepository;
  passwords: PasswordsHandler;
  /** Before the path of a page that a link opens. */
  pagesUrl: string;
}

/** Verifies e-mail addresses, and changes them. */
export class EmailsHandler {
  constructor(private readonly parts: EmailsParts) {}

  sendVerification({ id, email }: Account): void {
    const { links, mailer } = this.parts;
    mailer.sendSoon(async () => {
      const token = await links.make('verify-email', id, email);
      return verifyEmailMessage(email, this.link('verify-email', token));
    });
  }

  async verify(token: string, source: RequestSource): Promise<void> {
    const { links, accounts, events } = this.parts;
    const isDone = await links.use('verify-email', token, async (tx, { subject, data }) => {
      const account = await accounts.byId(subject, tx);
      // A link to an address that the account had before.
      if (account?.email !== data) throw new Problem('LINK_INVALID');
      await accounts.setVerified(subject, tx);
      await events.append(byOwner(subject, 'e-mail verified'), source, tx);
      return true;
    });
    if (!isDone) throw new Problem('LINK_INVALID');
  }

  /** Sends a link to the new address. The answer does not tell whether another account has it. */
  async requestChange(
    session: LiveSession,
    { email: given, currentPassword }: EmailChangeRequest,
    source: RequestSource,
  ): Promise<void> {
    const { links, accounts, attempts, mailer, events, passwords } = this.parts;
    const action = 'e-mail change requested';
    await passwords.requireCurrent(session, currentPassword, { action, source });
    const { account } = session;
    await attempts.count('mail', source.client);
    const email = storedEmail(given);
    if (email === undefined) throw emailProblem();
    await events.record(byOwner(account.id, action), source);
    mailer.sendSoon(async () => {
      if (await accounts.byEmail(email)) return alreadyRegisteredMessage(email);
      const token = await links.make('change-email', account.id, email);
      return changeEmailMessage(email, this.link('change-email', token));
    });
  }

  /** Changes the address by the link. `caller`: who is logged in meanwhile. */
  async change(token: string, caller: string | undefined, source: RequestSource): Promise<void> {
    const { links, accounts, mailer, events } = this.parts;
    const before = await links.use('change-email', token, async (tx, { subject, data }) => {
      const account = await accounts.byId(subject, tx);
      if (!account || data === null || (caller !== undefined && caller !== subject)) {
        throw new Problem('LINK_INVALID');
      }
      if (!(await accounts.setEmail(subject, data, tx))) throw new Problem('LINK_INVALID');
      await events.append(byOwner(subject, 'e-mail changed'), source, tx);
      return account.email;
    });
    if (before === undefined) throw new Problem('LINK_INVALID');
    mailer.sendSoon(() => emailChangedMessage(before));
  }

  private link(page: string, token: string): string {
    return `${this.parts.pagesUrl}/${page}#token=${token}`;
  }
}
