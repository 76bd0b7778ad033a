import { Problem, validationProblem } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import type { PasswordHasher } from '../passwords/password-hasher.client.js';
import { passwordRefusal } from '../passwords/password-rules.js';
import type { SessionsHandler, TokenPair } from '../sessions/sessions.handler.js';
import { type Account, type Profile, profileOf } from './account.js';
import type { LogInRequest, SignUpRequest } from './accounts.dto.js';
import type { AccountsRepository } from './accounts.repository.js';
import { storedEmail } from './email.js';

export interface AccountsParts {
  accounts: AccountsRepository;
  sessions: SessionsHandler;
  hasher: PasswordHasher;
  isCommon: (password: string) => boolean;
  /** Accounts can be used before their e-mail address is verified. */
  isSignUpOpen: boolean;
}

/** Sign-up, log-in and the profile. */
export class AccountsHandler {
  constructor(private readonly parts: AccountsParts) {}

  /** The profile; undefined when it must first be verified that the address is the sender's. */
  async signUp({ email: given, password, name }: SignUpRequest): Promise<Profile | undefined> {
    const { accounts, hasher, isCommon, isSignUpOpen } = this.parts;
    const email = storedEmail(given);
    if (email === undefined) throw emailProblem();
    const refusal = passwordRefusal(password, { email, name }, isCommon);
    if (refusal) throw validationProblem([{ field: 'password', message: refusal }]);
    const account = await accounts.insert({
      id: newUuid(),
      email,
      passwordHash: await hasher.hash(password),
      name,
      roles: ['customer'],
      isVerified: isSignUpOpen,
    });
    if (!isSignUpOpen) return undefined;
    if (!account) throw new Problem('EMAIL_TAKEN');
    return profileOf(account);
  }

  /** The tokens of a new session. Throws the same 401 for every reason. */
  async logIn({ email: given, password }: LogInRequest): Promise<TokenPair> {
    const { accounts, hasher, sessions } = this.parts;
    const email = storedEmail(given);
    const account = email === undefined ? undefined : await accounts.byEmail(email);
    const isRight = await hasher.isRight(password, account?.passwordHash);
    if (!account || !isRight || !this.mayLogIn(account)) throw new Problem('LOGIN_FAILED');
    if (hasher.isOutdated(account.passwordHash)) {
      await accounts.setHash(account.id, account.passwordHash, await hasher.hash(password));
    }
    return sessions.open(account, ['pwd']);
  }

  async rename(account: Account, name: string): Promise<Profile> {
    const changed = await this.parts.accounts.setName(account.id, name);
    if (!changed) throw new Problem('TOKEN_INVALID');
    return profileOf(changed);
  }

  private mayLogIn({ status, emailVerifiedAt }: Account): boolean {
    return status === 'active' && emailVerifiedAt !== null;
  }
}

function emailProblem(): Problem {
  return validationProblem([{ field: 'email', message: 'email must be an e-mail address' }]);
}
