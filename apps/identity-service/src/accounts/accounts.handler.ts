import { Problem } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import type { AttemptsRepository } from '../attempts/attempts.repository.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner, type WhatHappened } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { Mailer } from '../mail/mailer.client.js';
import { alreadyRegisteredMessage, suspendedMessage } from '../mail/messages.js';
import type { Hashing, PasswordHasher } from '../passwords/password-hasher.client.js';
import type { PasswordsHandler } from '../passwords/passwords.handler.js';
import type { AuthenticationMethod } from '../sessions/session.js';
import type { SessionsHandler, TokenPair } from '../sessions/sessions.handler.js';
import type { AuthenticatorsRepository } from '../totp/authenticators.repository.js';
import { type Account, type Profile, profileOf } from './account.js';
import type { LogInRequest, SignUpRequest } from './accounts.dto.js';
import type { AccountsRepository } from './accounts.repository.js';
import { emailProblem, storedEmail } from './email.js';
import type { EmailsHandler } from './emails.handler.js';

export interface AccountsParts {
  accounts: AccountsRepository;
  sessions: SessionsHandler;
  hasher: PasswordHasher;
  passwords: PasswordsHandler;
  emails: EmailsHandler;
  attempts: AttemptsRepository;
  mailer: Mailer;
  authenticators: AuthenticatorsRepository;
  events: EventsRepository;
  /** Accounts can be used before their e-mail address is verified. */
  isSignUpOpen: boolean;
}

/** Sign-up, log-in and the profile. */
export class AccountsHandler {
  constructor(private readonly parts: AccountsParts) {}

  /** The profile; undefined when it must first be verified that the address is the sender's. */
  async signUp(request: SignUpRequest, source: RequestSource): Promise<Profile | undefined> {
    const { accounts, passwords, emails, attempts, events, mailer, isSignUpOpen } = this.parts;
    await attempts.count('signup', source.client);
    const email = storedEmail(request.email);
    if (email === undefined) throw emailProblem();
    const { name } = request;
    const account = await accounts.insert({
      id: newUuid(),
      email,
      passwordHash: await passwords.hashOfNew('password', request.password, { email, name }),
      name,
      roles: ['customer'],
      isVerified: isSignUpOpen,
    });
    await events.record(account ? byOwner(account.id, 'sign-up') : UNKNOWN_SIGN_UP, source);
    if (isSignUpOpen) {
      if (!account) throw new Problem('EMAIL_TAKEN');
      return profileOf(account);
    }
    if (account) emails.sendVerification(account);
    else mailer.sendSoon(() => alreadyRegisteredMessage(email));
    return undefined;
  }

  /** The tokens of a new session. Throws the same 401 for every reason but a missing code. */
  logIn(request: LogInRequest, source: RequestSource): Promise<TokenPair> {
    return this.parts.hasher.turn((hashing) => this.logInNow(request, source, hashing));
  }

  async rename(account: Account, name: string): Promise<Profile> {
    const changed = await this.parts.accounts.setName(account.id, name);
    if (!changed) throw new Problem('TOKEN_INVALID');
    return profileOf(changed);
  }

  private async logInNow(
    request: LogInRequest,
    source: RequestSource,
    hashing: Hashing,
  ): Promise<TokenPair> {
    const { accounts, hasher, sessions, attempts } = this.parts;
    const { password } = request;
    const email = storedEmail(request.email) ?? '';
    await attempts.requireLogin(email, source.network);
    const account = await accounts.byEmail(email);
    const isRight = await hashing.isRight(password, account?.passwordHash);
    if (!account || !isRight || !mayLogIn(account)) {
      return this.refuse(email, account, source);
    }
    // Of guesses that were sent at once, those that are checked after the limit count for nothing.
    await attempts.requireLogin(email, source.network);
    const amr = await this.methodsOf(account, request.otp);
    if (!amr) return this.refuse(email, account, source);
    await attempts.loginAllowed(email);
    if (hasher.isOutdated(account.passwordHash)) {
      await accounts.setHash(account.id, account.passwordHash, await hashing.hash(password));
    }
    return sessions.open(account, amr, source);
  }

  /** How the person has proved who they are; undefined when the code is wrong. */
  private async methodsOf({ id }: Account, otp: string | undefined) {
    const { authenticators } = this.parts;
    if (!(await authenticators.has(id))) return ['pwd'] satisfies AuthenticationMethod[];
    if (otp === undefined) throw new Problem('OTP_REQUIRED');
    if (!(await authenticators.use(id, otp))) return undefined;
    return ['pwd', 'otp'] satisfies AuthenticationMethod[];
  }

  private async refuse(
    email: string,
    account: Account | undefined,
    source: RequestSource,
  ): Promise<never> {
    const { attempts, events } = this.parts;
    const isSuspended = await attempts.loginFailed(email, source.network);
    const subject = account ? `u:${account.id}` : 'unknown';
    await events.record({ actor: 'unknown', action: 'login', subject, outcome: 'refused' }, source);
    if (isSuspended) await this.suspend(email, source);
    throw new Problem('LOGIN_FAILED');
  }

  /** Stored beside the account, as the counters do not survive a crash of the database. */
  private async suspend(email: string, source: RequestSource): Promise<void> {
    const { accounts, events, mailer } = this.parts;
    const id = await accounts.transaction(async (tx) => {
      const suspended = await accounts.suspend(email, tx);
      if (suspended === undefined) return undefined;
      const event = { ...byOwner(suspended, 'login suspended'), actor: 'identity-service' };
      await events.append(event, source, tx);
      return suspended;
    });
    if (id !== undefined) mailer.sendSoon(() => suspendedMessage(email));
  }
}

/** Of an address that has an account: whose it is, the event does not say. */
const UNKNOWN_SIGN_UP: WhatHappened = {
  actor: 'unknown',
  action: 'sign-up',
  subject: 'unknown',
  outcome: 'refused',
};

/** A password that is right does not help, and the answer does not tell that it is. */
function mayLogIn({ status, emailVerifiedAt, loginSuspendedAt }: Account): boolean {
  return status === 'active' && emailVerifiedAt !== null && loginSuspendedAt === null;
}
