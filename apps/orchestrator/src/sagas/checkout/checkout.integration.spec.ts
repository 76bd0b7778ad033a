import { DatabaseAway } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  beginning,
  type ClaimFixture,
  claimFixture,
  keyedBy,
  keylessOf,
  type Status,
} from '../../testing/claim-fixture.js';
import type { Beginning } from './claims/checkout.claims.js';
import type { CheckoutRepository } from './claims/checkout.repository.js';
import { CommitUnknown } from './claims/checkout.repository.js';

let claims: ClaimFixture;
let repository: CheckoutRepository;

beforeAll(async () => {
  claims = await claimFixture();
  repository = claims.repository();
});
afterAll(() => claims.close());

/** A user of one's own, so that no test sees another's claims. */
const aUser = () => `user ${newUuid()}`;

async function begun(one: Beginning): Promise<Beginning> {
  expect(await repository.begin(one)).toEqual({ kind: 'inserted' });
  return one;
}

const joins = (one: Beginning) => ({
  kind: 'exists',
  sagaId: one.sagaId,
  orderId: one.prepared.instance.subjectId,
});

async function rowsOf(one: Beginning): Promise<object> {
  const [counts] = await claims.query(
    `SELECT (SELECT count(*)::int FROM idempotency_keys WHERE saga_id = $1) AS claims,
      (SELECT count(*)::int FROM saga_state WHERE saga_id = $1) AS sagas,
      (SELECT count(*)::int FROM saga_logs WHERE saga_id = $1) AS logs`,
    [one.sagaId],
  );
  return counts!;
}

describe('a checkout with a key', () => {
  it('is recorded together with its claim and its first log row', async () => {
    const one = await begun(beginning(keyedBy(aUser(), 'k')));
    expect(await rowsOf(one)).toEqual({ claims: 1, sagas: 1, logs: 1 });
  });

  it.each<[Status, number]>([
    ['RUNNING', 0],
    ['COMPENSATING', 0],
    ['DONE', 86_400],
    ['COMPENSATED', 86_400],
  ])('is named by its key whatever became of it: %s', async (status, secondsAgo) => {
    const user = aUser();
    const one = await begun(beginning(keyedBy(user, 'k')));
    await claims.put(one.sagaId, status, secondsAgo);
    const repeat = beginning(keyedBy(user, 'k'));
    expect(await repository.begin(repeat)).toMatchObject({ ...joins(one), status });
    expect(await rowsOf(repeat)).toEqual({ claims: 0, sagas: 0, logs: 0 });
  });

  it('refuses its key for another body, and records nothing', async () => {
    const user = aUser();
    await begun(beginning(keyedBy(user, 'k', 1)));
    const other = beginning(keyedBy(user, 'k', 2));
    expect(await repository.begin(other)).toEqual({ kind: 'reused' });
    expect(await rowsOf(other)).toEqual({ claims: 0, sagas: 0, logs: 0 });
  });

  it('is another one under another key, and for another caller', async () => {
    const user = aUser();
    await begun(beginning(keyedBy(user, 'k')));
    await begun(beginning(keyedBy(user, 'l')));
    await begun(beginning(keyedBy(aUser(), 'k')));
  });

  it('is forgotten 30 days after its end, not before, however long that took', async () => {
    const user = aUser();
    const age = (days: number) =>
      claims.query(
        `UPDATE idempotency_keys SET created_at = clock_timestamp() - $2 * interval '1 day'
          WHERE caller = $1`,
        [user, days],
      );
    const one = await begun(beginning(keyedBy(user, 'k')));
    await age(29.99);
    expect(await repository.begin(beginning(keyedBy(user, 'k')))).toMatchObject(joins(one));
    await age(30.01);
    expect(await repository.begin(beginning(keyedBy(user, 'k')))).toMatchObject(joins(one));
    for (const daysAgo of [0, 29.99]) {
      await claims.put(one.sagaId, 'DONE', daysAgo * 86_400);
      expect(await repository.begin(beginning(keyedBy(user, 'k')))).toMatchObject(joins(one));
    }
    await claims.put(one.sagaId, 'DONE', 30.01 * 86_400);
    await begun(beginning(keyedBy(user, 'k', 7)));
  });
});

describe('a checkout without a key', () => {
  it.each<[Status, number, 'joins' | 'begins anew']>([
    ['RUNNING', 3_600, 'joins'],
    ['DONE', 0, 'joins'],
    ['DONE', 58, 'joins'],
    ['DONE', 60.01, 'begins anew'],
    ['COMPENSATING', 0, 'begins anew'],
    ['COMPENSATED', 0, 'begins anew'],
  ])('after a twin that was %s %d s ago %s', async (status, secondsAgo, expected) => {
    const user = aUser();
    const twin = await begun(beginning(keylessOf(user)));
    await claims.put(twin.sagaId, status, secondsAgo);
    const one = beginning(keylessOf(user));
    const result = await repository.begin(one);
    if (expected === 'joins') {
      expect(result).toMatchObject({ ...joins(twin), status });
    } else {
      expect(result).toEqual({ kind: 'inserted' });
      expect(await rowsOf(one)).toEqual({ claims: 1, sagas: 1, logs: 1 });
      expect(await rowsOf(twin)).toMatchObject({ claims: 0, sagas: 1 });
    }
  });

  it('is never joined by one with a key, nor the other way round', async () => {
    const user = aUser();
    await begun(beginning(keylessOf(user)));
    await begun(beginning(keyedBy(user, keylessOf(user).key)));
  });

  it('and without a window is always one of its own', async () => {
    const one = await begun(beginning(undefined));
    await begun(beginning(undefined));
    expect(await rowsOf(one)).toEqual({ claims: 0, sagas: 1, logs: 1 });
  });
});

describe('a repeat with the same saga id', () => {
  it.each([
    ['with a key', keyedBy(aUser(), 'k')],
    ['without a key', keylessOf(aUser())],
    ['without a window', undefined],
  ])('%s is the same request', async (_name, claim) => {
    const one = await begun(beginning(claim));
    expect(await repository.begin(beginning(claim, one.sagaId))).toMatchObject(joins(one));
  });

  it('finds its own checkout even when the claim has gone to a later one', async () => {
    const user = aUser();
    const first = await begun(beginning(keylessOf(user)));
    await claims.put(first.sagaId, 'COMPENSATED');
    await begun(beginning(keylessOf(user)));
    const repeat = beginning(keylessOf(user), first.sagaId);
    expect(await repository.begin(repeat)).toMatchObject({
      ...joins(first),
      status: 'COMPENSATED',
    });
  });
});

describe('a query for a checkout, which records nothing', () => {
  it('answers as beginning one would', async () => {
    const user = aUser();
    const asked = beginning(keyedBy(user, 'k'));
    expect(await repository.find(asked)).toBeUndefined();
    const one = await begun(beginning(keyedBy(user, 'k')));
    expect(await repository.find(asked)).toMatchObject(joins(one));
    expect(await repository.find(one)).toMatchObject(joins(one));
    expect(await repository.find(beginning(keyedBy(user, 'k', 2)))).toEqual({ kind: 'reused' });
    expect(await rowsOf(asked)).toEqual({ claims: 0, sagas: 0, logs: 0 });
  });
});

describe('a commit that the database did not answer', () => {
  /** Makes the commit of that user's claim wait on `lock`, which the test holds meanwhile. */
  const slowCommits = async (user: string) => {
    await claims.query(`CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$`);
    await claims.query(`CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON idempotency_keys
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.caller = '${user}')
      EXECUTE FUNCTION wait_for_lock()`);
  };
  const killWhoever = (isDoing: string) =>
    waitFor(`a connection that waits in ${isDoing}`, async () => {
      const killed = await claims.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
          AND wait_event_type = 'Lock' AND query LIKE $1`,
        [`%${isDoing}%`],
      );
      return killed.length > 0;
    });

  it('is told apart from one that was never asked for', async () => {
    const user = aUser();
    await slowCommits(user);
    const blocker = await claims.database.pool.connect();
    try {
      await blocker.query('BEGIN; SELECT pg_advisory_xact_lock(77)');
      const unknown = repository.begin(beginning(keyedBy(user, 'k')));
      await Promise.all([
        expect(unknown).rejects.toBeInstanceOf(CommitUnknown),
        killWhoever('COMMIT'),
      ]);
      await blocker.query('LOCK TABLE idempotency_keys');
      const never = repository.begin(beginning(keyedBy(user, 'l')));
      await Promise.all([
        expect(never).rejects.toBeInstanceOf(DatabaseAway),
        // Nothing was committed, so it is tried once more.
        killWhoever('INSERT INTO idempotency_keys').then(() =>
          killWhoever('INSERT INTO idempotency_keys'),
        ),
      ]);
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
      await claims.query('DROP TRIGGER slow_commit ON idempotency_keys');
    }
  });
});
