import type { Transaction } from '@backstitch/service-kit';
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
import { beginCheckouts, type Beginning, type Begun } from './claims/checkout.claims.js';
import type { Claim } from './checkout.js';

let claims: ClaimFixture;
beforeAll(async () => {
  claims = await claimFixture();
});
afterAll(() => claims.close());

const aUser = () => `user ${newUuid()}`;

/** As many orchestrators as a test wants, each with a repository of its own, all asked at once. */
async function allAtOnce(ones: readonly Beginning[], orchestrators: number): Promise<Begun[]> {
  const repositories = Array.from({ length: orchestrators }, () => claims.repository());
  return Promise.all(ones.map((one, index) => repositories[index % orchestrators]!.begin(one)));
}

function expectOneWinner(results: readonly Begun[], ones: readonly Beginning[]): void {
  const winners = ones.filter((_, index) => results[index]!.kind === 'inserted');
  expect(winners).toHaveLength(1);
  const { sagaId, prepared } = winners[0]!;
  const orderId = prepared.instance.subjectId;
  for (const result of results) {
    if (result.kind !== 'inserted')
      expect(result).toMatchObject({ kind: 'exists', sagaId, orderId });
  }
}

async function sagasOf(user: string): Promise<unknown> {
  const rows = await claims.query(
    `SELECT count(*)::int AS claims FROM idempotency_keys JOIN saga_state USING (saga_id)
      WHERE caller = $1`,
    [user],
  );
  return rows[0]!.claims;
}

describe('fifty requests at once', () => {
  it.each([1, 3])('with one key at %d orchestrators are one checkout', async (orchestrators) => {
    const user = aUser();
    const ones = Array.from({ length: 50 }, () => beginning(keyedBy(user, 'k')));
    expectOneWinner(await allAtOnce(ones, orchestrators), ones);
    expect(await sagasOf(user)).toBe(1);
  });

  it.each([1, 3])('without a key at %d orchestrators are one checkout', async (orchestrators) => {
    const user = aUser();
    const ones = Array.from({ length: 50 }, () => beginning(keylessOf(user)));
    expectOneWinner(await allAtOnce(ones, orchestrators), ones);
  });

  it.each<[Status, number]>([
    ['COMPENSATING', 0],
    ['COMPENSATED', 0],
    ['DONE', 61],
  ])('after a twin that was %s %d s ago are one new checkout', async (status, secondsAgo) => {
    const user = aUser();
    const twin = beginning(keylessOf(user));
    await claims.repository().begin(twin);
    await claims.put(twin.sagaId, status, secondsAgo);
    const ones = Array.from({ length: 50 }, () => beginning(keylessOf(user)));
    expectOneWinner(await allAtOnce(ones, 3), ones);
  });

  it('with one saga id are one checkout', async () => {
    const sagaId = newUuid();
    const ones = Array.from({ length: 50 }, () => beginning(undefined, sagaId));
    const results = await allAtOnce(ones, 3);
    expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
  });

  it('with one key and two bodies are one checkout, and the other body is refused', async () => {
    const user = aUser();
    const ones = Array.from({ length: 50 }, (_, n) => beginning(keyedBy(user, 'k', 1 + (n % 2))));
    const results = await allAtOnce(ones, 3);
    const winner = results.findIndex(({ kind }) => kind === 'inserted');
    results.forEach((result, index) => {
      const isSameBody = index % 2 === winner % 2;
      if (index !== winner) expect(result.kind).toBe(isSameBody ? 'exists' : 'reused');
    });
    expect(await sagasOf(user)).toBe(1);
  });
});

describe('twenty callers at once', () => {
  // R55
  it.each([1, 3])('with one key at %d orchestrators have an order each', async (orchestrators) => {
    for (let round = 0; round < 50; round += 1) {
      const [key, subject] = [newUuid(), newUuid()];
      const callers = ['o:', ...Array.from({ length: 19 }, (_, n) => `u:https://${n}.example:`)];
      const ones = callers.map((prefix, n) =>
        beginning(keyedBy({ caller: prefix + subject, userId: subject }, key, 1 + n)),
      );
      const results = await allAtOnce(ones, orchestrators);
      expect(results.map(({ kind }) => kind)).toEqual(ones.map(() => 'inserted'));
    }
  });
});

describe('a request that waits for another one to take the same claim', () => {
  async function takenMeanwhile(claim: Claim): Promise<{ first: Beginning; second: Begun }> {
    const first = beginning(claim);
    const tx = await claims.database.pool.connect();
    try {
      await tx.query('BEGIN');
      expect(await beginCheckouts(tx, [first], { dedupeSeconds: 60, keyDays: 30 })).toEqual([
        { kind: 'inserted' },
      ]);
      const second = claims.repository().begin(beginning(claim));
      await waitFor('the second to wait for the first', async () => {
        const waiting = await claims.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event_type = 'Lock'`,
        );
        return waiting.length > 0;
      });
      await tx.query('COMMIT');
      return { first, second: await second };
    } finally {
      tx.release();
    }
  }

  it('joins it, when the claim was free', async () => {
    const { first, second } = await takenMeanwhile(keylessOf(aUser()));
    expect(second).toMatchObject({ kind: 'exists', sagaId: first.sagaId, status: 'RUNNING' });
  });

  it('joins it, when the claim was taken over from one that failed', async () => {
    const claim = keylessOf(aUser());
    const failed = beginning(claim);
    await claims.repository().begin(failed);
    await claims.put(failed.sagaId, 'COMPENSATED');
    const { first, second } = await takenMeanwhile(claim);
    expect(second).toMatchObject({ kind: 'exists', sagaId: first.sagaId, status: 'RUNNING' });
  });
});

describe('a claim that the retention removes between being seen and being locked', () => {
  it('is claimed anew: the checkout that begins has it', async () => {
    const user = aUser();
    const failed = beginning(keylessOf(user));
    await claims.repository().begin(failed);
    await claims.put(failed.sagaId, 'COMPENSATED');
    const asking = beginning(keylessOf(user));
    let tries = 0;
    const begun = await claims.database.withTransaction((tx) => {
      tries += 1;
      const query = async (asked: { name: string; text: string; values: unknown[] }) => {
        if (asked.name === 'checkout_lock') {
          await claims.query('DELETE FROM idempotency_keys WHERE caller = $1', [user]);
        }
        return tx.query(asked);
      };
      const watched = { query } as unknown as Transaction;
      return beginCheckouts(watched, [asking], { dedupeSeconds: 60, keyDays: 30 });
    });
    expect([begun, tries]).toEqual([[{ kind: 'inserted' }], 2]);
    const keys = 'SELECT saga_id FROM idempotency_keys WHERE caller = $1';
    expect(await claims.query(keys, [user])).toEqual([{ saga_id: asking.sagaId }]);
    const again = await claims.repository().begin(beginning(keylessOf(user)));
    expect(again).toMatchObject({ kind: 'exists', sagaId: asking.sagaId });
  });
});

describe('many checkouts at once', () => {
  it('of overlapping claims never deadlock, and each claim has one checkout', async () => {
    const user = aUser();
    const round = async (nth: number) => {
      const names = Array.from({ length: 20 }, (_, n) => keylessOf(user, 1 + n));
      // Each name three times, in three orders that differ from round to round.
      const shuffled = [3, 7, 9].flatMap((step) =>
        names.map((_, n) => names[((n + nth) * step) % names.length]!),
      );
      const results = await allAtOnce(
        shuffled.map((claim) => beginning(claim)),
        3,
      );
      expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(names.length);
      await claims.query(
        `UPDATE saga_state SET status = 'COMPENSATED', failure = '{}' WHERE status = 'RUNNING'`,
      );
    };
    for (let rounds = 0; rounds < 10; rounds += 1) await round(rounds);
    // Deadlocks are retried, so only the database's own count would tell.
    const [counted] = await claims.query(
      `SELECT pg_stat_force_next_flush(), deadlocks::int FROM pg_stat_database
        WHERE datname = current_database()`,
    );
    expect(counted!.deadlocks).toBe(0);
  });

  it('do not fail because of one that cannot be stored', async () => {
    const good = Array.from({ length: 20 }, () => beginning(keyedBy(aUser(), 'k')));
    const bad = beginning(keyedBy('user\u0000', 'k'));
    const repository = claims.repository();
    const results = await Promise.allSettled([...good, bad].map((one) => repository.begin(one)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(results.at(-1)!.status).toBe('rejected');
  });
});
