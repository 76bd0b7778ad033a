import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsHandler } from './accounts/accounts.handler.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AuthController, AuthSettings } from './accounts/auth.controller.js';
import { MeController } from './accounts/me.controller.js';
import type { IdentityConfig } from './config.js';
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
    const sessionsHandler = new SessionsHandler({ sessions, tokens, sealing, logger, nowMs });
    const accounts = new AccountsHandler({
      accounts: new AccountsRepository(database),
      sessions: sessionsHandler,
      hasher: new PasswordHasher(),
      isCommon: () => false,
      isSignUpOpen: config.isSignUpOpen,
    });
    const settings = new AuthSettings(config.origins, config.servesGuests);
    return {
      module: AppModule,
      controllers: [AuthController, MeController, JwksController],
      providers: [
        { provide: KeyRing, useValue: keys },
        { provide: AccessTokens, useValue: tokens },
        { provide: SessionsRepository, useValue: sessions },
        { provide: SessionsHandler, useValue: sessionsHandler },
        { provide: AccountsHandler, useValue: accounts },
        { provide: AuthSettings, useValue: settings },
        AccountGuard,
      ],
    };
  }
}
