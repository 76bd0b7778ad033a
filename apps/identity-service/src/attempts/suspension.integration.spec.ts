import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventsRepository } from '../events/events.repository.js';
import { Authenticator } from '../testing/authenticator.js';
import { type Answer, Identity, PASSWORD, type Session } from '../testing/identity.js';

const NEW_PASSWORD = 'eleven yellow kettles';
const WRONG = 'a wrong password';

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

/** The hundredth failure in a row. */
async function suspend(email: string): Promise<void> {
  await identity.logIn(email, WRONG);
  await identity.rows(`UPDATE attempts SET points = 99 WHERE key LIKE 'failures:%'`);
  await identity.logIn(email, WRONG);
}

async function reset(email: string): Promise<void> {
  await post('/api/auth/password/forgot', { email });
  const token = await identity.tokenOf('reset-password', email);
  const { status } = await post('/api/auth/password/reset', { token, password: NEW_PASSWORD });
  expect(status).toBe(204);
}

describe('an account that is suspended after a hundred failed log-ins', () => {
  it('takes no password after the counters were lost, and does so after a reset', async () => {
    const email = await identity.signUp();
    await suspend(email);
    expect(await identity.logIn(email)).toMatchObject({ body: { code: 'LOGIN_SUSPENDED' } });
    await identity.rows('TRUNCATE attempts'); // as a crash of the database does
    expect(await identity.logIn(email)).toMatchObject({ status: 401, body: LOGIN_FAILED });
    expect(await identity.logIn(email, WRONG)).toMatchObject({ status: 401, body: LOGIN_FAILED });
    await reset(email);
    expect((await identity.logIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('is told so by one e-mail, and one event is recorded', async () => {
    const email = await identity.signUp();
    await suspend(email);
    await identity.rows('TRUNCATE attempts');
    await suspend(email);
    const subject = 'Subject: Log-in by password is suspended';
    const mails = await waitFor('the e-mail', async () => {
      const found = (await identity.mailsTo(email)).filter((text) => text.includes(subject));
      return found.length > 0 && found;
    });
    expect(mails).toHaveLength(1);
    const events = await new EventsRepository(identity.database).page(0, 1_000);
    const [row] = await identity.rows<{ id: string }>('SELECT id FROM users WHERE email = $1', [
      email,
    ]);
    const own = events.filter(({ subject: of }) => of === `u:${row!.id}`);
    expect(own.filter(({ action }) => action === 'login suspended')).toHaveLength(1);
  });

  it('keeps its live sessions, which refresh, show a second factor and change the password', async () => {
    const email = await identity.signUp();
    const session = await identity.session(email);
    const authenticator = await Authenticator.add(identity, session);
    await suspend(email);
    const answer = await identity.refresh(session.refreshToken);
    expect(answer.status).toBe(200);
    const { accessToken } = answer.body as unknown as Session;
    const code = authenticator.freshCode();
    expect((await post('/api/me/step-up', { code }, accessToken)).status).toBe(200);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await post('/api/me/password', change, accessToken)).status).toBe(204);
  });
});

describe('a live session', () => {
  it('that sends wrong passwords waits, and after a hundred takes none; log-ins go on', async () => {
    const email = await identity.signUp();
    const { accessToken } = await identity.session(email);
    const change = (currentPassword: string) =>
      post('/api/me/password', { currentPassword, newPassword: NEW_PASSWORD }, accessToken);
    for (let failed = 0; failed < 5; failed += 1) expect((await change(WRONG)).status).toBe(401);
    expect(await change(PASSWORD)).toMatchObject({ status: 429 });
    expect((await identity.logIn(email)).status).toBe(200);
    await identity.rows(`UPDATE attempts SET points = 100 WHERE key LIKE 'failures:%'`);
    expect(await change(PASSWORD)).toMatchObject({ body: { code: 'LOGIN_SUSPENDED' } });
    expect((await identity.logIn(email)).status).toBe(200);
  });
});

const LOGIN_FAILED = { code: 'LOGIN_FAILED' };
