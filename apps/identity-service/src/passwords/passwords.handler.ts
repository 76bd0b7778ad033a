import { Problem, validationProblem } from '@backstitch/service-kit';
import type { Account } from '../accounts/account.js';
import type { PasswordChangeRequest, ResetRequest } from '../accounts/accounts.dto.js';
import type { AccountsRepository } from '../accounts/accounts.repository.js';
import { storedEmail } from '../accounts/email.js';
import type { AttemptsRepository } from '../attempts/attempts.repository.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner, type WhatHappened } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { Mailer } from '../mail/mailer.client.js';
import { passwordChangedMessage, resetPasswordMessage } from '../mail/messages.js';
import type { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import type { LiveSession } from '../sessions/session.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { PasswordHasher } from './password-hasher.client.js';
import { type PasswordOwner, passwordRefusal } from './password-rules.js';

export interface PasswordsParts {
  accounts: AccountsRepository;
  sessions: SessionsRepository;
  links: OneTimeTokensRepository;
  hasher: PasswordHasher;
  attempts: AttemptsRepository;
  mailer: Mailer;
  events: EventsRepository;
  isCommon: (password: string) => boolean;
  /** Before the path of a page that a link opens. */
  pagesUrl: string;
  nowMs?: () => number;
}

/** What the current password is asked for. */
export interface Proof {
  action: WhatHappened['action'];
  source: RequestSource;
}

/** Changes and resets passwords. */
export class PasswordsHandler {
  constructor(private readonly parts: PasswordsParts) {}

  /** The hash of a new password. Throws 400, saying why, when it is refused. */
  hashOfNew(field: string, password: string, owner: PasswordOwner): Promise<string> {
    const refusal = passwordRefusal(password, owner, this.parts.isCommon);
    if (refusal) throw validationProblem([{ field, message: refusal }]);
    return this.parts.hasher.hash(password);
  }

  /** Throws 401 when it is wrong, and 429 after too many of them. */
  async requireCurrent({ account, sid }: LiveSession, password: string, { action, source }: Proof) {
    const { attempts, hasher, events } = this.parts;
    await attempts.requireProof(sid);
    if (await hasher.isRight(password, account.passwordHash)) return attempts.proofAllowed(sid);
    await attempts.proofFailed(sid);
    await events.record(byOwner(account.id, action, 'refused'), source);
    throw new Problem('LOGIN_FAILED', 'The current password is wrong.');
  }

  /** Ends all other sessions of the account. */
  async change(
    session: LiveSession,
    { currentPassword, newPassword }: PasswordChangeRequest,
    source: RequestSource,
  ): Promise<void> {
    const { accounts, sessions, mailer, events } = this.parts;
    const { account, sid } = session;
    const action = 'password changed';
    await this.requireCurrent(session, currentPassword, { action, source });
    const hash = await this.hashOfNew('newPassword', newPassword, account);
    await accounts.transaction(async (tx) => {
      await accounts.setPassword(account.id, hash, tx);
      await sessions.endOthers(account.id, sid, this.nowMs(), action, tx);
      await events.append(byOwner(account.id, action), source, tx);
    });
    mailer.sendSoon(() => passwordChangedMessage(account.email));
  }

  /** Sends a link, if there is such an account. */
  async forgot(given: string, { client }: RequestSource): Promise<void> {
    await this.parts.attempts.count('mail', client);
    const email = storedEmail(given);
    if (email !== undefined) this.sendReset(() => this.parts.accounts.byEmail(email));
  }

  /** Sends a link to an account that may be used, if there is one. */
  sendReset(find: () => Promise<Account | undefined>): void {
    const { links, mailer, pagesUrl } = this.parts;
    mailer.sendSoon(async () => {
      const account = await find();
      if (account?.status !== 'active') return undefined;
      const token = await links.make('reset-password', account.id);
      return resetPasswordMessage(account.email, `${pagesUrl}/reset-password#token=${token}`);
    });
  }

  /** Sets the password by a link, and ends all sessions. `caller`: who is logged in meanwhile. */
  async reset(
    { token, password }: ResetRequest,
    caller: string | undefined,
    source: RequestSource,
  ): Promise<void> {
    const { links, accounts, sessions, attempts, mailer, events } = this.parts;
    const account = await links.use('reset-password', token, async (tx, { subject }) => {
      const found = await accounts.byId(subject, tx);
      if (!found || (caller !== undefined && caller !== subject)) throw new Problem('LINK_INVALID');
      const hash = await this.hashOfNew('password', password, found);
      await accounts.setPassword(subject, hash, tx);
      await accounts.setVerified(subject, tx);
      await accounts.endSuspension(subject, tx);
      await sessions.endOthers(subject, undefined, this.nowMs(), 'password reset', tx);
      await events.append(byOwner(subject, 'password reset'), source, tx);
      return found;
    });
    if (!account) throw new Problem('LINK_INVALID');
    await attempts.loginAllowed(account.email);
    mailer.sendSoon(() => passwordChangedMessage(account.email));
  }

  private nowMs(): number {
    return (this.parts.nowMs ?? Date.now)();
  }
}
