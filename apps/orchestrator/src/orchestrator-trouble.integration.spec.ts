import { newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HangingDatabase } from './testing/hanging-database.js';
import { ask, dependenciesOf, Orchestrators, post } from './testing/orchestrators.js';

let shop: Orchestrators;
beforeEach(async () => {
  shop = await Orchestrators.prepare();
});
afterEach(() => shop.close());

const start = async (environment: Record<string, string> = {}): Promise<AppProcess> =>
  shop.ready(await shop.start(environment));
const sagas = () => shop.query('SELECT saga_id FROM saga_state');
const isDone = async () =>
  (await shop.query(`SELECT FROM saga_state WHERE status = 'DONE'`)).length === 1;
/** On a busy machine no command is sent twice, so that each is answered once. */
const UNHURRIED = {
  REPLY_TIMEOUT_MS: '20000',
  PAYMENT_REPLY_TIMEOUT_MS: '20000',
  STEP_DEADLINE_MS: '60000',
};
const UNUSED_ADDRESS = '127.0.0.1:1';

function expectNotAccepted(answer: { status: number; headers: Headers; body: object }): void {
  expect(answer).toMatchObject({ status: 503, body: { code: 'NOT_ACCEPTED' } });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
}

describe('two orchestrators', () => {
  it('answer a key at either of them with the end of its one checkout', async () => {
    const [one, two] = await Promise.all([start(UNHURRIED), start(UNHURRIED)]);
    const first = post(one, 'user', { 'idempotency-key': 'k' });
    await waitFor('the checkout to be recorded', async () => (await sagas()).length === 1);
    const second = post(two, 'user', { 'idempotency-key': 'k' });
    await shop.serveAll();
    const [owner, other] = await Promise.all([first, second]);
    expect(owner.status).toBe(200);
    expect(other).toMatchObject({ status: 200, body: owner.body });
    expect(other.headers.get('idempotent-replayed')).toBe('true');
  });

  it('finish what one of them left when it was killed', async () => {
    const owned = { OWNER_SILENT_MS: '1000', HEARTBEAT_MS: '200' };
    const [one, two] = await Promise.all([start(owned), start(owned)]);
    const lost = post(one, 'user', { 'idempotency-key': 'k' });
    await shop.serve('order', { response: {} });
    await Promise.all([expect(lost).rejects.toThrow(), one.kill()]);
    const replay = post(two, 'user', { 'idempotency-key': 'k' });
    await shop.serveUntil('the end', isDone);
    expect(await replay).toMatchObject({ status: 200 });
  });
});

describe('an orchestrator that is stopped', () => {
  it('answers waiting requests with 202, and the other one finishes at once', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const waiting = post(one, 'user', { 'idempotency-key': 'k' });
    await waitFor('the checkout to be recorded', async () => (await sagas()).length === 1);
    const code = one.stop();
    expect(await waiting).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
    await shop.serve('order', { response: {} });
    expect(await code).toBe(0);
    const replay = post(two, 'user', { 'idempotency-key': 'k' });
    await shop.serveUntil('the end', isDone);
    expect(await replay).toMatchObject({ status: 200 });
  });
});

describe('an orchestrator that cannot take more', () => {
  it('records nothing, and answers replays all the same', async () => {
    const one = await start({
      ...UNHURRIED,
      MAX_SAGAS_IN_FLIGHT: '1',
      CHECKOUT_WAIT_MS: '300',
    });
    const accepted = await post(one, 'user', { 'idempotency-key': 'k', prefer: 'respond-async' });
    expect(accepted.status).toBe(202);
    expectNotAccepted(await post(one, 'user', { 'idempotency-key': 'l' }));
    expectNotAccepted(await post(one, 'another user'));
    const replay = await post(one, 'user', { 'idempotency-key': 'k', prefer: 'respond-async' });
    expect(replay).toMatchObject({ status: 202, body: { sagaId: accepted.body.sagaId } });
    expect(await post(one, 'user', { 'idempotency-key': 'k' }, 7)).toMatchObject({ status: 422 });
    expect(await sagas()).toHaveLength(1);
    await shop.serveAll();
    const next = await waitFor('a place for another checkout', async () => {
      const answer = await post(one, 'user', { 'idempotency-key': 'l' });
      return answer.status === 503 ? undefined : answer;
    });
    expect(next.status).toBe(202);
  });
});

describe('an orchestrator that is asked for a replay only', () => {
  const only = (key: string) => ({ 'idempotency-key': key, 'x-replay-only': 'true' });

  it('begins nothing, waits for nothing under way, and tells the end of what has ended', async () => {
    const one = await start({ ...UNHURRIED, CHECKOUT_WAIT_MS: '20000' });
    expectNotAccepted(await post(one, 'user', only('k')));
    expect(await sagas()).toEqual([]);

    const first = post(one, 'user', { 'idempotency-key': 'k' });
    await waitFor('the checkout to be recorded', async () => (await sagas()).length === 1);
    const running = await post(one, 'user', only('k'));
    expect(running).toMatchObject({ status: 409, body: { code: 'CHECKOUT_IN_PROGRESS' } });

    await shop.serveAll();
    const { body } = await first;
    expect(await post(one, 'user', only('k'))).toMatchObject({ status: 200, body });
  });
});

describe('an orchestrator that loses its database during the commit', () => {
  it('asks again, and answers the one checkout that there is', async () => {
    const one = await start({ CHECKOUT_WAIT_MS: '30000' });
    await shop.query(`CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$`);
    await shop.query(`CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON idempotency_keys
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_lock()`);
    const release = await shop.hold('SELECT pg_advisory_xact_lock(77)');
    const answer = post(one, 'user', { 'idempotency-key': 'k' });
    await waitFor('the commit to be cut off', async () => {
      const cut = await shop.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT'
          AND datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return cut.length > 0;
    });
    await release();
    await shop.serveUntil('the end', isDone);
    expect(await answer).toMatchObject({ status: 200 });
    expect(await sagas()).toHaveLength(1);
  });
});

describe('an orchestrator without', () => {
  it('a broker says so, and takes nothing', async () => {
    const one = await shop.start({ RABBITMQ_URL: `amqp://admin:admin@${UNUSED_ADDRESS}` });
    await waitFor('only the broker to be away', async () => {
      const { status, down } = await dependenciesOf(one);
      return status === 503 && down.join() === 'broker,consumers,dead-letters';
    });
    const ready = await ask(one, 'GET', '/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ok' } });
    expectNotAccepted(await post(one, 'user'));
    expect(await sagas()).toEqual([]);
    const products = await ask(one, 'GET', '/products');
    expect(products).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(products.headers.get('retry-after')).toBe('1');
  });

  it('a database says so, and takes nothing', async () => {
    const one = await shop.start({ DB_URL: `postgresql://postgres@${UNUSED_ADDRESS}/gone` });
    await waitFor('the broker to be there', async () => {
      return (await dependenciesOf(one)).down.join() === 'database,engine';
    });
    const ready = await ask(one, 'GET', '/health/ready');
    expect([ready.status, ready.body]).toEqual([503, { status: 'error' }]);
    expectNotAccepted(await post(one, 'user'));
    const saga = await ask(one, 'GET', `/sagas/${newUuid()}`);
    expect(saga).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });
});

describe('a database that hangs', () => {
  let way: HangingDatabase;
  beforeEach(async () => {
    way = await HangingDatabase.before(shop.database.url);
  });
  afterEach(() => way.close());

  const BUDGET_MS = 2_500;
  /** A limit for what hangs: the store gives a statement up after ten seconds. */
  const IN_TIME_MS = BUDGET_MS + 6_000;
  const within = async <Answered>(maxMs: number, asking: Promise<Answered>): Promise<Answered> => {
    const askedAtMs = performance.now();
    const answered = await asking;
    expect(performance.now() - askedAtMs).toBeLessThan(maxMs);
    return answered;
  };

  it('makes no caller wait beyond the budget, and tells none that nothing was recorded', async () => {
    const one = await start({ CHECKOUT_WAIT_MS: String(BUDGET_MS), DB_URL: way.url });
    const answers = await way.whileHanging(() =>
      within(
        IN_TIME_MS,
        Promise.all(Array.from({ length: 150 }, (_, n) => post(one, `user ${n}`))),
      ),
    );
    for (const { status, headers, body } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'OUTCOME_UNKNOWN' });
      expect(headers.get('location')).toBe(`/api/sagas/${String(body.sagaId)}`);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
    }
  });

  it('answers requests that wait for an end in time', async () => {
    const env = { CHECKOUT_WAIT_MS: String(BUDGET_MS), DB_URL: way.url };
    const one = await start(env);
    const two = await start(env);
    const headers = { 'idempotency-key': 'k' };
    const waiting = within(IN_TIME_MS, post(one, 'user', headers));
    await waitFor('the checkout to be recorded', async () => (await sagas()).length === 1);
    const replay = within(IN_TIME_MS, post(two, 'user', headers));
    await waitFor('the replay to wait', () =>
      two.log.some((line) => line.msg === 'checkout replayed'),
    );
    const [first, second] = await way.whileHanging(() => Promise.all([waiting, replay]));
    expect(first).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
    expect(second).toMatchObject({ status: 409, body: { code: 'CHECKOUT_IN_PROGRESS' } });
  });
});

describe('a table that stays locked', () => {
  it('has checkouts refused while it is locked, with nothing recorded, and no bug in the log', async () => {
    const one = await start();
    const release = await shop.hold('LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => post(one, `user ${n}`)));
    answers.forEach(expectNotAccepted);
    await release();
    expect(await sagas()).toEqual([]);
    expect(one.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
