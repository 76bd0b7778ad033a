import { readFileSync } from 'node:fs';
import { DEVELOPMENT_INTERNAL_KEYS } from '@backstitch/auth';
import { demoAdminLogin } from '@backstitch/drill/demo-admin';
import { runAppCommand } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { newAccount, PASSWORD } from './account.js';
import { dumpOf } from './dump.js';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

describe('secrets of a system in use', () => {
  let system: System;
  withSystem({}, (started) => (system = started));

  async function ask(method: string, path: string, body?: object, token?: string) {
    const response = await fetch(`${system.gatewayUrl}/api${path}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
  }

  /** Uses each kind of secret once, and resolves to them, by what they are. */
  async function used(): Promise<Record<string, string>> {
    const ann = await newAccount(system);
    const access = ann.headers.authorization.slice('Bearer '.length);
    const placed = await checkout(system.gatewayUrl, [mouse(1)], {
      userId: ann.id,
      headers: ann.headers,
    });
    expect(placed.status).toBe(200);
    const totp = await ask('POST', '/me/totp', { currentPassword: PASSWORD }, access);
    const refreshed = await ask('POST', '/auth/refresh', { refreshToken: ann.refreshToken });
    const guest = await ask('POST', '/auth/guest');
    const { url: DB_URL } = system.databases.identity;
    await runAppCommand('identity-service', 'seed', { ...process.env, DB_URL });
    const admin = await demoAdminLogin();
    const { accessToken: adminToken } = await ask('POST', '/auth/login', admin);
    const scopes = ['checkout:write'];
    const client = await ask('POST', '/admin/clients', { scopes }, adminToken);
    const { clientId, secret } = client;
    const machine = await ask('POST', '/auth/token', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
    });
    await expect(
      ask('POST', '/auth/login', { email: ann.email, password: 'a wrong guess 17' }),
    ).rejects.toThrow('LOGIN_FAILED');
    return {
      'a password': PASSWORD,
      'a wrong password': 'a wrong guess 17',
      'the password of an admin': admin.password,
      'an access token': access,
      'a refresh token': ann.refreshToken,
      'the next refresh token': refreshed['refreshToken']!,
      'the token of a guest': guest['accessToken']!,
      'the token of an admin': adminToken!,
      'the secret of a machine': secret!,
      'the token of a machine': machine['access_token']!,
      'the secret of an authenticator': new URL(totp['uri']!).searchParams.get('secret')!,
      'the key between apps': DEVELOPMENT_INTERNAL_KEYS.split(':')[1]!,
      'a private key': '"d":"',
    };
  }

  it('are in no database, no log line and no argument of a process', async () => {
    const secrets = await used();
    await system.settled();
    const places = new Map(await dumpOf(system));
    for (const process of system.processes) {
      places.set(`the log of ${process.app}`, process.lines.join('\n'));
      const file = `/proc/${process.pid}/cmdline`;
      places.set(`the arguments of ${process.app}`, readFileSync(file, 'utf8'));
    }
    expect(places.size).toBeGreaterThan(40);
    for (const [what, secret] of Object.entries(secrets)) {
      expect([what, secret.length > 4]).toEqual([what, true]);
      const found = [...places].filter(([, text]) => text.includes(secret));
      expect([what, found.map(([place]) => place)]).toEqual([what, []]);
    }
    // What was searched holds what is no secret.
    expect(places.get('identity.users')).toContain('@shop.example');
    expect(places.get('orchestrator.saga_state')).toContain('DONE');
  }, 300_000);
});
