import type { Database } from '@backstitch/database';
import type { HealthCheck } from '@backstitch/service-kit';
import type { DemoAccount } from '@backstitch/shared-types';
import type { PasswordHasher } from '../passwords/password-hasher.client.js';
import type { Sealing } from '../sealing/sealing.js';
import { bytesOfBase32 } from '../totp/totp.js';
import {
  ENABLED,
  REMOVE_AUTHENTICATOR,
  RESTORE_ACCOUNT,
  RESTORE_AUTHENTICATOR,
} from './demo-accounts.sql.js';

/** Accounts with passwords that everybody knows: for development. */
export class DemoAccountsRepository {
  constructor(private readonly database: Database) {}

  /** Makes the accounts, or brings them back to what the documents say. */
  async restore(
    accounts: readonly DemoAccount[],
    hasher: PasswordHasher,
    sealing: Sealing,
  ): Promise<void> {
    for (const { id, email, password, name, roles, totpSecret } of accounts) {
      const hash = await hasher.hash(password);
      const sealed = totpSecret && sealing.seal('authenticators', id, bytesOfBase32(totpSecret));
      await this.database.withTransaction(async (tx) => {
        await tx.query(RESTORE_ACCOUNT, [id, email, hash, name, roles]);
        if (sealed) await tx.query(RESTORE_AUTHENTICATOR, [id, sealed]);
        else await tx.query(REMOVE_AUTHENTICATOR, [id]);
      });
    }
  }

  /** The e-mail addresses of those that can log in. */
  async enabled(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ email: string }>(ENABLED);
    return rows.map(({ email }) => email);
  }

  /** For production: it is down while one of them can log in. */
  get check(): HealthCheck {
    return {
      name: 'demo accounts',
      check: async () => {
        const problem = demoAccountsProblem(await this.enabled());
        if (problem !== undefined) throw new Error(problem);
      },
    };
  }
}

/** Why production must not run with these accounts; undefined when there is none. Pure. */
export function demoAccountsProblem(emails: readonly string[]): string | undefined {
  if (emails.length === 0) return undefined;
  return (
    `everybody knows the passwords of the demo accounts ${emails.join(', ')}: remove them ` +
    '(DELETE FROM users WHERE is_demo)'
  );
}
