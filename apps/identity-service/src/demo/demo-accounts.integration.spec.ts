import { fileURLToPath } from 'node:url';
import { startApp, waitFor } from '@backstitch/testkit';
import { DEMO_ACCOUNTS, type DemoAccount } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEVELOPMENT_KEY } from '../config.js';
import { PasswordHasher } from '../passwords/password-hasher.client.js';
import { Sealing } from '../sealing/sealing.js';
import { Identity } from '../testing/identity.js';
import { bytesOfBase32, totpCode } from '../totp/totp.js';
import { DemoAccountsRepository } from './demo-accounts.repository.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const STEP_MS = 30_000;

let identity: Identity;
let demo: DemoAccountsRepository;
const restore = () => {
  const sealing = new Sealing(Buffer.from(DEVELOPMENT_KEY, 'base64url'));
  return demo.restore(DEMO_ACCOUNTS, new PasswordHasher(), sealing);
};

beforeAll(async () => {
  identity = await Identity.start();
  demo = new DemoAccountsRepository(identity.database);
  await restore();
});
afterAll(() => identity.close());

/** A code is used once: each log-in takes one of a later time. */
const bodyOf = ({ email, password, totpSecret }: DemoAccount) => {
  if (totpSecret === undefined) return { email, password };
  identity.aheadMs += 2 * STEP_MS;
  const step = Math.floor((Date.now() + identity.aheadMs) / STEP_MS);
  return { email, password, otp: totpCode(bytesOfBase32(totpSecret), step) };
};

const logIn = (account: DemoAccount) =>
  identity.ask('POST', '/api/auth/login', { body: bodyOf(account) });

describe('the demo accounts', () => {
  it.each(DEMO_ACCOUNTS.map((account) => [account.name, account] as const))(
    '%s logs in with the password of the documents, and has its roles',
    async (_name, account) => {
      const { status, body } = await logIn(account);
      expect(status).toBe(200);
      const me = await identity.me(String(body.accessToken));
      const { id, email, roles } = account;
      expect(me.body).toMatchObject({ id, email, roles });
    },
  );

  it('have a second factor where an operator or an admin needs a step-up', async () => {
    const admin = DEMO_ACCOUNTS.find(({ roles }) => roles.includes('admin'))!;
    const { email, password } = admin;
    const without = await identity.logIn(email, password);
    expect(without).toMatchObject({ status: 401, body: { code: 'OTP_REQUIRED' } });
    const { body } = await logIn(admin);
    const users = await identity.ask('GET', '/api/admin/users', {
      token: String(body.accessToken),
    });
    expect(users.status).toBe(200);
    const others = DEMO_ACCOUNTS.filter(({ totpSecret }) => totpSecret !== undefined);
    expect(others.flatMap(({ roles }) => roles).sort()).toEqual(['admin', 'operator']);
  });

  it('are brought back as they were, and a code that was used stays used', async () => {
    const operator = DEMO_ACCOUNTS.find(({ roles }) => roles.includes('operator'))!;
    const used = bodyOf(operator);
    expect((await identity.ask('POST', '/api/auth/login', { body: used })).status).toBe(200);
    await identity.rows(`UPDATE users SET status = 'disabled', roles = '{}', name = 'x'`);
    await restore();
    const again = await identity.ask('POST', '/api/auth/login', { body: used });
    expect(again).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } });
    for (const account of DEMO_ACCOUNTS) expect((await logIn(account)).status).toBe(200);
  });
});

describe('production', () => {
  const production = () => ({
    NODE_ENV: 'production',
    DB_URL: identity.databaseUrl,
    ISSUER: 'https://id.shop.example',
    KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64url'),
    SMTP_URL: 'smtp://mail.shop.example',
    INTERNAL_KEYS: `test:${Buffer.alloc(32, 8).toString('base64url')}`,
  });
  const disable = (isDisabled: boolean) =>
    identity.rows('UPDATE users SET status = $1', [isDisabled ? 'disabled' : 'active']);

  it('does not start while a demo account can log in', async () => {
    await identity.rows('DELETE FROM signing_keys');
    const start = startApp(MAIN, production());
    await expect(start).rejects.toThrow(/ended with 1[^]*admin@demo\.example/);
  });

  it('is ready without one, and not ready as soon as one is enabled', async () => {
    await identity.rows('DELETE FROM signing_keys');
    await disable(true);
    const app = await startApp(MAIN, production());
    try {
      const status = async () => (await fetch(`${app.url}/health/ready`)).status;
      expect(await status()).toBe(200);
      await disable(false);
      expect(await status()).toBe(503);
      await waitFor('the log to say why', () =>
        JSON.stringify(app.log).includes('shopper@demo.example'),
      );
    } finally {
      expect(await app.stop()).toBe(0);
    }
  });
});
