import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { UsersRepository } from '../admin/users.repository.js';
import { EventsRepository } from '../events/events.repository.js';
import { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import { PasswordHasher } from '../passwords/password-hasher.client.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { Identity, PASSWORD } from '../testing/identity.js';
import { AdminPresent, BootstrapHandler } from './bootstrap.handler.js';

const EMAIL = 'first@shop.example';
const HOUR_MS = 3_600_000;

let identity: Identity;
let bootstrap: BootstrapHandler;
beforeAll(async () => {
  identity = await Identity.start();
  const { database } = identity;
  bootstrap = new BootstrapHandler({
    users: new UsersRepository(database),
    accounts: new AccountsRepository(database),
    sessions: new SessionsRepository(database),
    links: new OneTimeTokensRepository(database),
    events: new EventsRepository(database),
    hasher: new PasswordHasher(),
  });
});
beforeEach(async () => {
  identity.aheadMs = 0;
  await identity.rows('DELETE FROM users');
});
afterAll(() => identity.close());

const accept = (token: string) =>
  identity.ask('POST', '/api/auth/bootstrap', { body: { token, password: PASSWORD } });

describe('the first admin', () => {
  it('is made by a link, once', async () => {
    const token = await bootstrap.invite(EMAIL);
    expect((await identity.logIn(EMAIL)).status).toBe(401);
    expect((await accept(token)).status).toBe(204);
    const { accessToken } = await identity.session(EMAIL);
    expect((await identity.me(accessToken)).body).toMatchObject({ roles: ['admin'] });
    expect(await accept(token)).toMatchObject({ status: 410, body: { code: 'LINK_GONE' } });
  });

  it('is not made by a link that is older than an hour', async () => {
    const token = await bootstrap.invite(EMAIL);
    identity.aheadMs = HOUR_MS + 1_000;
    expect((await accept(token)).status).toBe(410);
  });

  it('is not made while there is an admin, nor by a link from before', async () => {
    const [token, other] = [
      await bootstrap.invite(EMAIL),
      await bootstrap.invite('b@shop.example'),
    ];
    expect((await accept(token)).status).toBe(204);
    await expect(bootstrap.invite('c@shop.example')).rejects.toThrow(AdminPresent);
    expect((await accept(other)).status).toBe(410);
  });
});
