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
  type Message,
  verifyEmailMessage,
} from '../mail/messages.js';
import type { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import type { PasswordsHandler } from '../passwords/passwords.handler.js';
import type { LiveSession } from '../sessions/session.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { Account } from './account.js';
import type { EmailChangeRequest } from './accounts.dto.js';
import type { AccountsRepository } from './accounts.repository.js';
import { emailProblem, storedEmail } from './email.js';

export interface EmailsParts {
  accounts: AccountsRepository;
  links: OneTimeTokensRepository;
  attempts: AttemptsRepository;
  mailer: Mailer;
  events: EventsRepository;
  passwords: PasswordsHandler;
  sessions: SessionsRepository;
  nowMs?: () => number;
  /** Before the path of a page that a link opens. */
  pagesUrl: string;
}

/** Verifies e-mail addresses, and changes them. */
export class EmailsHandler {
  constructor(private readonly parts: EmailsParts) {}

  sendVerification(account: Account): void {
    this.parts.mailer.sendSoon(() => this.verification(account));
  }

  /** Sends another link to an account that waits for one, if there is such an account. */
  async resend(given: string, { client }: RequestSource): Promise<void> {
    const { accounts, attempts, mailer } = this.parts;
    await attempts.count('mail', client);
    const email = storedEmail(given);
    if (email === undefined) return;
    mailer.sendSoon(async () => {
      const account = await accounts.byEmail(email);
      const isWaiting = account?.status === 'active' && account.emailVerifiedAt === null;
      return isWaiting ? this.verification(account) : undefined;
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
      const token = await links.make('change-email', account.id, `${session.sid} ${email}`);
      return changeEmailMessage(email, this.link('change-email', token));
    });
  }

  /**
   * Changes the address by the link, and ends all sessions but the one that asked for it. `caller`:
   * who is logged in meanwhile.
   */
  async change(token: string, caller: string | undefined, source: RequestSource): Promise<void> {
    const { links, accounts, sessions, mailer, events, nowMs = Date.now } = this.parts;
    const before = await links.use('change-email', token, async (tx, { subject, data }) => {
      const account = await accounts.byId(subject, tx);
      const [sid, email] = (data ?? '').split(' ');
      if (!account || !email || (caller !== undefined && caller !== subject)) {
        throw new Problem('LINK_INVALID');
      }
      if (!(await accounts.setEmail(subject, email, tx))) throw new Problem('LINK_INVALID');
      await sessions.endOthers(subject, sid, nowMs(), 'e-mail changed', tx);
      await events.append(byOwner(subject, 'e-mail changed'), source, tx);
      return account.email;
    });
    if (before === undefined) throw new Problem('LINK_INVALID');
    mailer.sendSoon(() => emailChangedMessage(before));
  }

  private async verification({ id, email }: Account): Promise<Message> {
    const token = await this.parts.links.make('verify-email', id, email);
    return verifyEmailMessage(email, this.link('verify-email', token));
  }

  private link(page: string, token: string): string {
    return `${this.parts.pagesUrl}/${page}#token=${token}`;
  }
}
