import { createLogger } from '@backstitch/service-kit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AttemptsRepository } from '../attempts/attempts.repository.js';
import { EventsRepository } from '../events/events.repository.js';
import { OneTimeTokensRepository } from '../one-time/one-time-tokens.repository.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { Identity } from '../testing/identity.js';
import { ExpiredRows } from './expired-rows.service.js';

const DAY_MS = 86_400_000;

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.close());

async function removeAt(ms: number): Promise<void> {
  const { database } = identity;
  const expired = new ExpiredRows({
    sessions: new SessionsRepository(database),
    links: new OneTimeTokensRepository(database),
    attempts: new AttemptsRepository(database),
    logger: createLogger({ app: 'test', level: 'silent' }),
    nowMs: () => ms,
  });
  await expired.remove();
}

const count = async (table: string): Promise<number> => {
  const sql = `SELECT count(*)::integer AS count FROM ${table}`;
  return (await identity.rows<{ count: number }>(sql))[0]!.count;
};

it('the job removes what has expired for a day, and no live session, no fresh link and no event', async () => {
  const email = await identity.signUp();
  const [live, ended] = [await identity.session(email), await identity.session(email)];
  const { refreshToken } = ended;
  await identity.ask('POST', '/api/auth/logout', { body: { refreshToken } });
  await identity.ask('POST', '/api/auth/password/forgot', { body: { email } });
  await identity.tokenOf('reset-password', email);
  await identity.logIn('unknown@shop.example');
  const attempts = await count('attempts');
  const events = await count('identity_events');

  await removeAt(Date.now());
  expect(await count('sessions')).toBe(2);
  expect(await count('one_time_tokens')).toBe(1);
  expect(await count('attempts')).toBe(attempts);

  await removeAt(Date.now() + 2 * DAY_MS);
  expect(await count('sessions')).toBe(1);
  expect(await count('one_time_tokens')).toBe(0);
  expect((await identity.refresh(live.refreshToken)).status).toBe(200);
  expect((await identity.refresh(refreshToken)).status).toBe(401);

  await removeAt(Date.now() + 100 * DAY_MS);
  expect(await count('sessions')).toBe(0);
  expect(await count('attempts')).toBe(0);
  expect(await count('identity_events')).toBe(events);
  const verified = await new EventsRepository(identity.database).verify();
  expect(verified).toMatchObject({ problem: undefined });
});
