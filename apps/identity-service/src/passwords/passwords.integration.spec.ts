import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, Identity, PASSWORD } from '../testing/identity.js';

const NEW_PASSWORD = 'eleven yellow kettles';
const HOUR_MS = 3_600_000;

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
beforeEach(async () => {
  identity.aheadMs = 0;
  await identity.rows('DELETE FROM attempts');
});
afterAll(() => identity.close());

const post = (path: string, body: object, token?: string): Promise<Answer> =>
  identity.ask('POST', path, { body, ...(token !== undefined && { token }) });
const wrong = (email: string): Promise<Answer> => identity.logIn(email, 'a wrong password');

async function resetToken(email: string): Promise<string> {
  expect((await post('/api/auth/password/forgot', { email })).status).toBe(202);
  return identity.tokenOf('reset-password', email);
}

describe('a log-in', () => {
  it('with a wrong password, and one of an unknown or disabled account, get the same answer', async () => {
    const [email, disabled] = [await identity.signUp(), await identity.signUp()];
    await identity.rows(`UPDATE users SET status = 'disabled' WHERE email = $1`, [disabled]);
    const answers = [
      await wrong(email),
      await identity.logIn('nobody@shop.example'),
      await identity.logIn(disabled),
      await identity.logIn('not an address'),
    ];
    const withoutId = answers.map(({ status, body }) => ({ status, ...body, requestId: '' }));
    expect(withoutId[0]).toMatchObject({ status: 401, code: 'LOGIN_FAILED' });
    for (const answer of withoutId) expect(answer).toEqual(withoutId[0]);
  });

  it('waits after the fifth failure, also for an unknown account, and then succeeds', async () => {
    for (const email of [await identity.signUp(), 'unknown@shop.example']) {
      for (let failed = 0; failed < 5; failed += 1) expect((await wrong(email)).status).toBe(401);
      const refused = await identity.logIn(email);
      expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      const after = await waitFor('the delay to end', async () => {
        const answer = await identity.logIn(email);
        return answer.status === 429 ? undefined : answer;
      });
      expect(after.status).toBe(email.startsWith('unknown') ? 401 : 200);
    }
  });

  it('is suspended after a hundred failures, until a reset; live sessions go on', async () => {
    const email = await identity.signUp();
    const { refreshToken } = await identity.session(email);
    await wrong(email);
    await identity.rows(`UPDATE attempts SET points = 100 WHERE key LIKE 'failures:%'`);
    const suspended = await identity.logIn(email);
    expect(suspended).toMatchObject({ status: 403, body: { code: 'LOGIN_SUSPENDED' } });
    expect((await identity.refresh(refreshToken)).status).toBe(200);
    const reset = { token: await resetToken(email), password: NEW_PASSWORD };
    expect((await post('/api/auth/password/reset', reset)).status).toBe(204);
    expect((await identity.logIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('is refused to a network after thirty failures, whatever the e-mail addresses', async () => {
    const email = await identity.signUp();
    for (let failed = 0; failed < 30; failed += 1) {
      expect((await wrong(`nobody${failed}@shop.example`)).status).toBe(401);
    }
    expect(await identity.logIn(email)).toMatchObject({ status: 429 });
  });

  it.each([
    ['/24', '198.51.100.', '198.51.100.250', '198.51.101.1'],
    ['/64', '2001:db8:1:2::', '2001:db8:1:2:ffff::1', '2001:db8:1:3::1'],
  ])(
    'is refused to all addresses of a %s after thirty failures from it, and to no other one',
    async (_length, prefix, neighbour, other) => {
      const email = await identity.signUp();
      const from = (address: string, password: string, name = email) =>
        identity.ask('POST', '/api/auth/login', {
          body: { email: name, password },
          headers: { 'x-forwarded-for': address },
        });
      for (let failed = 1; failed <= 30; failed += 1) {
        const answer = await from(`${prefix}${failed}`, 'a wrong one', `n${failed}@shop.example`);
        expect(answer.status).toBe(401);
      }
      expect((await from(neighbour, PASSWORD)).status).toBe(429);
      expect((await from(other, PASSWORD)).status).toBe(200);
    },
  );

  it('of which a hundred come at once, is checked or refused with 503, and none is lost', async () => {
    const email = await identity.signUp();
    const all = Array.from({ length: 100 }, () => identity.logIn(email));
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    // One or two are checked and 32 wait, so one is refused only while 33 others are under way.
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(33);
    expect((await identity.logIn(email)).status).toBe(200);
  });
});

describe('a password', () => {
  it.each([
    ['of 14 characters', 'fourteen chars'],
    ['of 129 characters', 'x1y2z3'.repeat(22).slice(0, 129)],
    ['that is common', 'passwordpassword'],
    ['that is the e-mail address', 'someone@shop.example'],
    ['that is the name of the product', 'backstitchbackstitch'],
  ])('%s is refused', async (_what, password) => {
    const body = { email: 'someone@shop.example', password, name: 'Some One' };
    const answer = await post('/api/auth/signup', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
  });

  it('of 15 blanks and emojis is accepted, and unmodified', async () => {
    const email = 'emoji@shop.example';
    const password = ' 🧵 🪡 ☂️ 🫖  🐙 🌵 ';
    const body = { email, password, name: 'Ann' };
    expect((await post('/api/auth/signup', body)).status).toBe(201);
    expect((await identity.logIn(email, password.trim())).status).toBe(401);
    expect((await identity.logIn(email, password)).status).toBe(200);
  });

  it('is changed with the current one only, and the other sessions end', async () => {
    const email = await identity.signUp();
    const [own, other] = [await identity.session(email), await identity.session(email)];
    const change = (currentPassword: string) =>
      post('/api/me/password', { currentPassword, newPassword: NEW_PASSWORD }, own.accessToken);
    expect(await change('a wrong password')).toMatchObject({ status: 401 });
    expect((await identity.me(other.accessToken)).status).toBe(200);
    expect(await change(PASSWORD)).toMatchObject({ status: 204 });
    expect((await identity.me(own.accessToken)).status).toBe(200);
    expect((await identity.me(other.accessToken)).status).toBe(401);
    expect((await identity.refresh(other.refreshToken)).status).toBe(401);
    expect((await identity.logIn(email)).status).toBe(401);
    expect((await identity.logIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('is reset by a link once, within an hour, and all sessions end', async () => {
    const email = await identity.signUp();
    const { accessToken } = await identity.session(email);
    const reset = { token: await resetToken(email), password: NEW_PASSWORD };
    identity.aheadMs = HOUR_MS + 1_000;
    const refused = { status: 400, body: { code: 'LINK_INVALID' } };
    expect(await post('/api/auth/password/reset', reset)).toMatchObject(refused);
    identity.aheadMs = 0;
    const short = await post('/api/auth/password/reset', { ...reset, password: 'short' });
    expect(short).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect((await post('/api/auth/password/reset', reset)).status).toBe(204);
    expect(await post('/api/auth/password/reset', reset)).toMatchObject(refused);
    expect((await identity.me(accessToken)).status).toBe(401);
  });

  it('is not reset by a link of another account or purpose', async () => {
    const [email, other] = [await identity.signUp(), await identity.signUp()];
    const { accessToken } = await identity.session(other);
    const token = await resetToken(email);
    const body = { token, password: NEW_PASSWORD };
    const refused = { status: 400, body: { code: 'LINK_INVALID' } };
    expect(await post('/api/auth/password/reset', body, accessToken)).toMatchObject(refused);
    expect(await post('/api/auth/email/verify', { token })).toMatchObject(refused);
    expect(await post('/api/auth/email/change', { token })).toMatchObject(refused);
    expect((await post('/api/auth/password/reset', body)).status).toBe(204);
  });

  it('is nowhere in the database, and neither is a link', async () => {
    const email = await identity.signUp();
    const token = await resetToken(email);
    for (const table of ['users', 'sessions', 'one_time_tokens', 'attempts']) {
      const [row] = await identity.rows<{ text: string }>(
        `SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM ${table} t`,
      );
      expect(row!.text).not.toContain(PASSWORD);
      expect(row!.text).not.toContain(token);
    }
  });
});

describe('an e-mail address', () => {
  it('is changed by a link to the new one, with the current password', async () => {
    const email = await identity.signUp();
    const { accessToken } = await identity.session(email);
    const ask = (currentPassword: string) =>
      post('/api/me/email', { email: 'New@shop.example', currentPassword }, accessToken);
    expect((await ask('a wrong password')).status).toBe(401);
    expect((await ask(PASSWORD)).status).toBe(202);
    const token = await identity.tokenOf('change-email', 'new@shop.example');
    expect((await post('/api/auth/email/change', { token })).status).toBe(204);
    const { body } = await identity.me(accessToken);
    expect(body).toMatchObject({ email: 'new@shop.example', emailVerified: true });
    expect((await post('/api/auth/email/change', { token })).status).toBe(400);
  });

  it('is changed for all sessions, of which only the one that asked for it goes on', async () => {
    const email = await identity.signUp();
    const [own, other] = [await identity.session(email), await identity.session(email)];
    const body = { email: 'newer@shop.example', currentPassword: PASSWORD };
    expect((await post('/api/me/email', body, own.accessToken)).status).toBe(202);
    const token = await identity.tokenOf('change-email', body.email);
    const foreign = await identity.session();
    const byAnother = await post('/api/auth/email/change', { token }, foreign.accessToken);
    expect(byAnother).toMatchObject({ status: 400, body: { code: 'LINK_INVALID' } });
    expect((await post('/api/auth/email/change', { token })).status).toBe(204);
    expect((await identity.me(own.accessToken)).status).toBe(200);
    expect((await identity.me(other.accessToken)).status).toBe(401);
    expect((await identity.refresh(other.refreshToken)).status).toBe(401);
  });

  it('that another account has gets the same answer, and no link', async () => {
    const [email, taken] = [await identity.signUp(), await identity.signUp()];
    const { accessToken } = await identity.session(email);
    const body = { email: taken, currentPassword: PASSWORD };
    expect(await post('/api/me/email', body, accessToken)).toMatchObject({ status: 202, text: '' });
    const mails = await waitFor('the e-mail', async () => {
      const found = await identity.mailsTo(taken);
      return found.length > 0 && found;
    });
    expect(mails.join()).not.toContain('token');
  });

  it('with a line break is refused before anything is sent', async () => {
    const body = { email: 'a@shop.example\r\nBcc: b@shop.example', password: PASSWORD, name: 'A' };
    expect((await post('/api/auth/signup', body)).status).toBe(400);
  });
});

describe('sign-up in production', () => {
  it('answers the same for a taken address, and needs the link of the e-mail to log in', async () => {
    const verifying = await Identity.start({ SIGNUP: 'verify' });
    try {
      const body = { email: 'ann@shop.example', password: PASSWORD, name: 'Ann' };
      const signUp = () => verifying.ask('POST', '/api/auth/signup', { body });
      const [first, again] = [await signUp(), await signUp()];
      expect(first).toMatchObject({ status: 202, body: { status: 'verification sent' } });
      expect([again.status, again.text]).toEqual([first.status, first.text]);
      expect((await verifying.logIn(body.email)).status).toBe(401);
      const old = await verifying.tokenOf('verify-email', body.email);
      const resend = { body: { email: body.email } };
      expect((await verifying.ask('POST', '/api/auth/email/resend', resend)).status).toBe(202);
      const token = await waitFor('another link', async () => {
        const newest = await verifying.tokenOf('verify-email', body.email);
        return newest !== old && newest;
      });
      const stale = { body: { token: old } };
      expect((await verifying.ask('POST', '/api/auth/email/verify', stale)).status).toBe(400);
      const asReset = { body: { token, password: NEW_PASSWORD } };
      const wrongPurpose = await verifying.ask('POST', '/api/auth/password/reset', asReset);
      expect(wrongPurpose.status).toBe(400);
      const verify = () => verifying.ask('POST', '/api/auth/email/verify', { body: { token } });
      expect((await verify()).status).toBe(204);
      expect((await verify()).status).toBe(400);
      expect((await verifying.logIn(body.email)).status).toBe(200);
    } finally {
      await verifying.close();
    }
  });
});
