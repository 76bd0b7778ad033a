import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { Module, type DynamicModule, type ValueProvider } from '@nestjs/common';
import { AccountsHandler } from './accounts/accounts.handler.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AuthController, AuthSettings } from './accounts/auth.controller.js';
import { EmailsHandler } from './accounts/emails.handler.js';
import { LinksController } from './accounts/links.controller.js';
import { MeController } from './accounts/me.controller.js';
import { PasswordsHandler } from './accounts/passwords.handler.js';
import { AttemptsRepository } from './attempts/attempts.repository.js';
import { ClientNetworks } from './attempts/client-networks.js';
import type { IdentityConfig } from './config.js';
import { Mailer } from './mail/mailer.client.js';
import { OneTimeTokensRepository } from './one-time/one-time-tokens.repository.js';
import { commonPasswords } from './passwords/common-passwords.reader.js';
import { PasswordHasher } from './passwords/password-hasher.client.js';
import { Sealing } from './sealing/sealing.js';
import { AccountGuard } from './sessions/account.guard.js';
import { SessionsHandler } from './sessions/sessions.handler.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { AccessTokens } from './tokens/access-tokens.service.js';
import { JwksController } from './tokens/jwks.controller.js';
import { KeyRing } from './tokens/key-ring.service.js';
import { SigningKeysRepository } from './tokens/signing-keys.repository.js';

export interface AppParts {
  config: IdentityConfig;
  database: Database;
  logger: Logger;
  /** The clock of sessions [Date.now]. */
  nowMs?: () => number;
}

@Module({})
export class AppModule {
  static of({ config, database, logger, nowMs }: AppParts): DynamicModule {
    const sealing = new Sealing(config.keyEncryptionKey);
    const keys = new KeyRing(new SigningKeysRepository(database), sealing, logger);
    const tokens = new AccessTokens(keys, { issuer: config.issuer, audience: config.AUDIENCE });
    const sessions = new SessionsRepository(database);
    const accounts = new AccountsRepository(database);
    const attempts = new AttemptsRepository(database);
    const links = new OneTimeTokensRepository(database, nowMs);
    const { SMTP_URL: smtpUrl, MAIL_FOLDER: folder, MAIL_FROM: from } = config;
    const mailer = new Mailer({ smtpUrl, folder, from }, logger);
    const { pagesUrl, isSignUpOpen } = config;
    const shared = { accounts, attempts, links, mailer, pagesUrl, nowMs };
    const hasher = new PasswordHasher();
    const sessionsHandler = new SessionsHandler({ sessions, tokens, sealing, logger, nowMs });
    const isCommon = commonPasswords();
    const passwords = new PasswordsHandler({ ...shared, sessions, hasher, isCommon });
    const emails = new EmailsHandler(shared);
    const parts = { ...shared, sessions: sessionsHandler, hasher, passwords, emails, isSignUpOpen };
    return {
      module: AppModule,
      controllers: [AuthController, LinksController, MeController, JwksController],
      providers: [
        ...[keys, tokens, sessions, sessionsHandler, passwords, emails, mailer, links].map(
          provided,
        ),
        provided(new AccountsHandler(parts)),
        provided(new ClientNetworks(config.trustedProxies)),
        provided(new AuthSettings(config.origins, config.servesGuests)),
        AccountGuard,
      ],
    };
  }
}

/** An object under the name of its class. */
function provided(value: object): ValueProvider {
  return { provide: value.constructor, useValue: value };
}
