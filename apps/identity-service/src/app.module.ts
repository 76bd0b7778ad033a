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
import { AdminController } from './admin/admin.controller.js';
import { AdminHandler } from './admin/admin.handler.js';
import { UsersRepository } from './admin/users.repository.js';
import { BootstrapController } from './bootstrap/bootstrap.controller.js';
import { BootstrapHandler } from './bootstrap/bootstrap.handler.js';
import type { IdentityConfig } from './config.js';
import { EventsRepository } from './events/events.repository.js';
import { InternalController } from './internal/internal.controller.js';
import { ClientsRepository } from './machines/clients.repository.js';
import { MachinesController } from './machines/machines.controller.js';
import { Mailer } from './mail/mailer.client.js';
import { OneTimeTokensRepository } from './one-time/one-time-tokens.repository.js';
import { commonPasswords } from './passwords/common-passwords.reader.js';
import { PasswordHasher } from './passwords/password-hasher.client.js';
import { Sealing } from './sealing/sealing.js';
import { AccountGuard } from './sessions/account.guard.js';
import { AdminGuard } from './sessions/admin.guard.js';
import { SessionsHandler } from './sessions/sessions.handler.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { AccessTokens } from './tokens/access-tokens.service.js';
import { JwksController } from './tokens/jwks.controller.js';
import { KeyRing } from './tokens/key-ring.service.js';
import { SigningKeysRepository } from './tokens/signing-keys.repository.js';
import { AuthenticatorsRepository } from './totp/authenticators.repository.js';
import { TotpController } from './totp/totp.controller.js';
import { TotpHandler } from './totp/totp.handler.js';

export interface AppParts {
  config: IdentityConfig;
  database: Database;
  logger: Logger;
  /** The clock of sessions [Date.now]. */
  nowMs?: () => number;
}

const CONTROLLERS = [
  AuthController,
  LinksController,
  MachinesController,
  BootstrapController,
  MeController,
  TotpController,
  AdminController,
  JwksController,
  InternalController,
];

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
    const events = new EventsRepository(database);
    const authenticators = new AuthenticatorsRepository(database, sealing, nowMs);
    const users = new UsersRepository(database);
    const clients = new ClientsRepository(database);
    const sessionsHandler = new SessionsHandler({ sessions, tokens, sealing, logger, nowMs });
    const isCommon = commonPasswords();
    const passwords = new PasswordsHandler({ ...shared, sessions, hasher, isCommon });
    const emails = new EmailsHandler(shared);
    const parts = { ...shared, hasher, passwords, emails, authenticators, events };
    const handlers = [
      new AccountsHandler({ ...parts, sessions: sessionsHandler, isSignUpOpen }),
      new TotpHandler({ ...parts, sessions: sessionsHandler }),
      new AdminHandler({ ...parts, users, sessions, clients }),
      new BootstrapHandler({ ...parts, users }),
    ];
    const stores = [keys, tokens, sessions, mailer, links, attempts, events, clients];
    const settings = [
      new ClientNetworks(config.trustedProxies),
      new AuthSettings(config.origins, config.servesGuests),
    ];
    const all = [...stores, sessionsHandler, passwords, emails, ...handlers, ...settings];
    return {
      module: AppModule,
      controllers: CONTROLLERS,
      providers: [...all.map(provided), AccountGuard, AdminGuard],
    };
  }
}

/** An object under the name of its class. */
function provided(value: object): ValueProvider {
  return { provide: value.constructor, useValue: value };
}
