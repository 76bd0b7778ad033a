import { randomBytes } from 'node:crypto';
import { Problem } from '@backstitch/service-kit';
import type { PasswordsHandler } from '../accounts/passwords.handler.js';
import type { AttemptsRepository } from '../attempts/attempts.repository.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { LiveSession } from '../sessions/session.js';
import type { SessionsHandler, TokenPair } from '../sessions/sessions.handler.js';
import type { AuthenticatorsRepository } from './authenticators.repository.js';
import { totpUri } from './totp.js';

const SECRET_BYTES = 20;

export interface TotpParts {
  authenticators: AuthenticatorsRepository;
  passwords: PasswordsHandler;
  sessions: SessionsHandler;
  attempts: AttemptsRepository;
  events: EventsRepository;
}

/** Adds an authenticator to an account, and takes its codes. */
export class TotpHandler {
  constructor(private readonly parts: TotpParts) {}

  /** A secret for an authenticator app. It counts from its first code on. */
  async offer({ account }: LiveSession, password: string, network: string) {
    const { authenticators, passwords } = this.parts;
    await passwords.requireCurrent(account, password, network);
    const secret = randomBytes(SECRET_BYTES);
    if (!(await authenticators.offer(account.id, secret))) throw new Problem('TOTP_PRESENT');
    return { uri: totpUri(secret, account.email) };
  }

  async confirm(session: LiveSession, code: string, network: string): Promise<void> {
    const { authenticators, events } = this.parts;
    const { id } = session.account;
    await this.requireRight(session, network, () => authenticators.confirm(id, code));
    const [actor, action] = [`u:${id}`, 'totp added'];
    await events.record({
      actor,
      action,
      subject: actor,
      outcome: 'done',
      network,
      requestId: null,
    });
  }

  /** For what needs a fresh second factor: an access token that says so. */
  async stepUp(
    session: LiveSession,
    code: string,
    network: string,
  ): Promise<Omit<TokenPair, 'refreshToken'>> {
    const { authenticators, sessions } = this.parts;
    const { id } = session.account;
    await this.requireRight(session, network, () => authenticators.use(id, code));
    return sessions.stepUp(session);
  }

  /** Wrong codes count as wrong passwords do. */
  private async requireRight(
    { account }: LiveSession,
    network: string,
    isRight: () => Promise<boolean>,
  ): Promise<void> {
    const { attempts } = this.parts;
    await attempts.requireLogin(account.email, network);
    if (await isRight()) return;
    await attempts.loginFailed(account.email, network);
    throw new Problem('LOGIN_FAILED', 'The code is wrong, or was used before.');
  }
}
