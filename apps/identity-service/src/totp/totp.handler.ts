import { randomBytes } from 'node:crypto';
import { Problem } from '@backstitch/service-kit';
import type { AttemptsRepository } from '../attempts/attempts.repository.js';
import type { RequestSource } from '../attempts/client-networks.js';
import { byOwner } from '../events/event-chain.js';
import type { EventsRepository } from '../events/events.repository.js';
import type { PasswordsHandler, Proof } from '../passwords/passwords.handler.js';
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
  async offer(session: LiveSession, password: string, source: RequestSource) {
    const { authenticators, passwords, events } = this.parts;
    const { account } = session;
    const action = 'authenticator offered';
    await passwords.requireCurrent(session, password, { action, source });
    const secret = randomBytes(SECRET_BYTES);
    if (!(await authenticators.offer(account.id, secret))) throw new Problem('TOTP_PRESENT');
    await events.record(byOwner(account.id, action), source);
    return { uri: totpUri(secret, account.email) };
  }

  /** The session has shown a second factor then: its next tokens have all roles of the account. */
  async confirm(session: LiveSession, code: string, source: RequestSource): Promise<void> {
    const { authenticators, sessions } = this.parts;
    const { id } = session.account;
    const action = 'authenticator confirmed';
    const isRight = () => authenticators.confirm(id, code);
    await this.requireRight(session, { action, source }, isRight);
    await sessions.stepUp(session, source, action);
  }

  /** For what needs a fresh second factor: an access token that says so. */
  async stepUp(
    session: LiveSession,
    code: string,
    source: RequestSource,
  ): Promise<Omit<TokenPair, 'refreshToken'>> {
    const { authenticators, sessions } = this.parts;
    const { id } = session.account;
    const isRight = () => authenticators.use(id, code);
    await this.requireRight(session, { action: 'step-up', source }, isRight);
    return sessions.stepUp(session, source);
  }

  /** Wrong codes count as wrong passwords do. */
  private async requireRight(
    { account, sid }: LiveSession,
    { action, source }: Proof,
    isRight: () => Promise<boolean>,
  ): Promise<void> {
    const { attempts, events } = this.parts;
    await attempts.requireProof(sid);
    if (await isRight()) return attempts.proofAllowed(sid);
    await attempts.proofFailed(sid);
    await events.record(byOwner(account.id, action, 'refused'), source);
    throw new Problem('LOGIN_FAILED', 'The code is wrong, or was used before.');
  }
}
