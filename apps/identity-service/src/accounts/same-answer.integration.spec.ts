import { metricsRegistry } from '@backstitch/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Identity, PASSWORD } from '../testing/identity.js';

const WRONG = 'a wrong password';
const ROUNDS = 50;

/** The statements that this process has sent. */
const statements: string[] = [];
type Query = (...values: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };
const { query } = prototype;
prototype.query = function counted(this: unknown, ...values: unknown[]): unknown {
  const [first] = values as [string | { text?: string }];
  statements.push(typeof first === 'string' ? first : (first.text ?? ''));
  return query.apply(this, values);
};

let identity: Identity;
let verifying: Identity;
beforeAll(async () => {
  identity = await Identity.start();
  verifying = await Identity.start({ SIGNUP: 'verify' });
});
beforeEach(() => identity.rows('DELETE FROM attempts'));
afterAll(async () => {
  prototype.query = query;
  await identity.close();
  await verifying.close();
});

async function hashes(): Promise<number> {
  const metric = await metricsRegistry.getSingleMetric('backstitch_password_hashes_total')!.get();
  return metric.values[0]?.value ?? 0;
}

/** What a request costs, and its answer without what differs in every answer. */
async function measured(ask: () => ReturnType<Identity['ask']>) {
  const [before, first] = [await hashes(), statements.length];
  const { status, text, body, headers } = await ask();
  const sent = statements.slice(first).filter((each) => !/one_time_tokens/.test(each));
  const { requestId } = body;
  return {
    status,
    text: text.replace(String(requestId), ''),
    headers: [...headers.keys()].sort(),
    statements: sent,
    hashes: (await hashes()) - before,
  };
}

/** The log-ins that must not be told apart. */
async function refusedLogIns(): Promise<Record<string, () => ReturnType<Identity['ask']>>> {
  const [known, disabled, unverified, suspended] = [
    await identity.signUp(),
    await identity.signUp(),
    await identity.signUp(),
    await identity.signUp(),
  ];
  const set = (change: string, email: string) =>
    identity.rows(`UPDATE users SET ${change} WHERE email = $1`, [email]);
  await set(`status = 'disabled'`, disabled);
  await set('email_verified_at = NULL', unverified);
  await set('login_suspended_at = now()', suspended);
  return {
    'a wrong password': () => identity.logIn(known, WRONG),
    'an unknown address': () => identity.logIn('nobody@shop.example'),
    'no address': () => identity.logIn('nobody'),
    'a disabled account': () => identity.logIn(disabled),
    'an unverified account': () => identity.logIn(unverified),
    'a suspended account': () => identity.logIn(suspended),
    'a wrong password of a disabled account': () => identity.logIn(disabled, WRONG),
    'a wrong password of a suspended account': () => identity.logIn(suspended, WRONG),
  };
}

describe('a log-in that is refused', () => {
  it('has the same bytes, one hash and the same statements for every reason', async () => {
    const asks = await refusedLogIns();
    await identity.logIn('warm@shop.example');
    const costs: Record<string, Awaited<ReturnType<typeof measured>>> = {};
    for (const [reason, ask] of Object.entries(asks)) {
      await identity.rows('DELETE FROM attempts');
      costs[reason] = await measured(ask);
    }
    const expected = costs['a wrong password']!;
    expect(expected).toMatchObject({ status: 401, hashes: 1 });
    for (const cost of Object.values(costs)) expect(cost).toEqual(expected);
  });

  it('takes about as long for every reason; the medians are printed', async () => {
    const asks = await refusedLogIns();
    const tookMs: Record<string, number[]> = {};
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [reason, ask] of Object.entries(asks)) {
        await identity.rows('DELETE FROM attempts');
        const began = performance.now();
        await ask();
        (tookMs[reason] ??= []).push(performance.now() - began);
      }
    }
    const lines = Object.entries(tookMs).map(([reason, all]) => {
      const median = all.toSorted((one, other) => one - other)[ROUNDS / 2]!;
      return `${median.toFixed(1)} ms  ${reason}`;
    });
    process.stdout.write(`medians of ${ROUNDS} log-ins:\n  ${lines.join('\n  ')}\n`);
    expect(lines).toHaveLength(8);
  });
});

describe('sign-up in production', () => {
  it('has the same bytes, one hash and the same statements for a free and a taken address', async () => {
    const signUp = (email: string) =>
      verifying.ask('POST', '/api/auth/signup', { body: { email, password: PASSWORD, name: 'A' } });
    await signUp('first@shop.example');
    await verifying.tokenOf('verify-email', 'first@shop.example');
    const free = await measured(() => signUp('second@shop.example'));
    await verifying.tokenOf('verify-email', 'second@shop.example');
    const taken = await measured(() => signUp('second@shop.example'));
    expect(free).toMatchObject({ status: 202, hashes: 1 });
    const withoutTransactions = (sent: string[]) =>
      sent.filter((each) => !/^(BEGIN|COMMIT)/i.test(each));
    expect(taken).toEqual({ ...free, statements: expect.anything() });
    expect(withoutTransactions(taken.statements)).toEqual(withoutTransactions(free.statements));
  });

  it.each(['/api/auth/password/forgot', '/api/auth/email/resend'])(
    '%s answers the same for a taken and a free address',
    async (path) => {
      const ask = (email: string) => verifying.ask('POST', path, { body: { email } });
      const [free, taken] = [await ask('free@shop.example'), await ask('first@shop.example')];
      expect([taken.status, taken.text]).toEqual([202, '']);
      expect([free.status, free.text]).toEqual([taken.status, taken.text]);
    },
  );
});
