import { newUuid } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { beginning, keyedBy, keylessOf } from '../testing/claim-fixture.js';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());

/** As partitions are called. */
const dayName = (daysAgo: number) =>
  `saga_logs_${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`;
const keysOf = async (sagaId: string) =>
  old.query('SELECT answer FROM idempotency_keys WHERE saga_id = $1', [sagaId]);

describe('what is finished for longer than it is kept', () => {
  it('is removed with its days of the log; younger sagas stay', async () => {
    const gone = [await old.saga(31.5), await old.saga(45, { status: 'COMPENSATED' })];
    const young = [await old.saga(29), await old.saga(0), await old.saga(29, { beganDaysAgo: 33 })];
    const counts = await old.worker().run();
    expect(counts).toMatchObject({ sagas: 2, partitionsKept: 1 });
    for (const one of gone)
      expect([await old.isThere(one), await old.logsOf(one)]).toEqual([false, 0]);
    for (const one of young)
      expect([await old.isThere(one), await old.logsOf(one)]).toEqual([true, 2]);
    const left = await old.partitions();
    expect(left).not.toContain(dayName(45));
    expect(left).toEqual(expect.arrayContaining([dayName(33), dayName(29), dayName(0)]));
  });

  it('is gone from every batch of many, and leaves no key of a keyless checkout', async () => {
    const all = [];
    for (let i = 0; i < 7; i++) all.push(await old.saga(40, { claim: keylessOf(`u${i}`) }));
    expect(await old.worker({ batchSize: 2 }).run()).toMatchObject({ sagas: 7, keys: 7 });
    expect(await old.query('SELECT FROM idempotency_keys')).toEqual([]);
  });

  it('has its next days made beforehand', async () => {
    // A day that does not get its lock in a moment is made by the next run.
    const worker = old.worker();
    await waitFor('the days to be made', async () => {
      await worker.run();
      const there = await old.partitions();
      return [0, -1, -2].every((day) => there.includes(dayName(day)));
    });
  });
});

describe('a saga that is not finished', () => {
  it.each(['RUNNING', 'COMPENSATING'] as const)(
    'and %s stays, with its whole log',
    async (status) => {
      const parked = await old.saga(50, { status });
      const beside = await old.saga(50);
      const worker = old.worker();
      for (let i = 0; i < 2; i++) {
        expect(await worker.run()).toMatchObject({ partitionsKept: 1 });
        expect([await old.isThere(parked), await old.logsOf(parked)]).toEqual([true, 2]);
      }
      expect(await old.isThere(beside)).toBe(false);
      await old.put(parked.sagaId, 'DONE', 40 * 86_400);
      expect(await worker.run()).toMatchObject({ sagas: 1, partitionsDropped: 1 });
      expect(await old.logsOf(parked)).toBe(0);
    },
  );

  it('keeps its key, however old that is', async () => {
    const parked = await old.saga(70, { status: 'RUNNING' });
    await old.worker().run();
    expect(await keysOf(parked.sagaId)).toEqual([{ answer: null }]);
  });
});

describe('a key whose saga was removed', () => {
  it('gives the same success or rejection, and refuses another body', async () => {
    const repository = old.repository(60, 60);
    for (const status of ['DONE', 'COMPENSATED'] as const) {
      const user = `user ${newUuid()}`;
      const one = await old.saga(40, { status, claim: keyedBy(user, 'k') });
      const again = beginning(keyedBy(user, 'k'));
      const before = await repository.begin(again);
      expect(before).toMatchObject({ kind: 'exists', sagaId: one.sagaId, status });
      await old.worker().run();
      expect(await old.isThere(one)).toBe(false);
      expect(await repository.begin(again)).toEqual(before);
      expect(await repository.find(again)).toEqual(before);
      expect(await repository.begin(beginning(keyedBy(user, 'k', 2)))).toEqual({ kind: 'reused' });
      expect(await old.isThere(again)).toBe(false);
    }
  });

  it('is removed when it is too old itself, and makes a new order then', async () => {
    const user = `user ${newUuid()}`;
    await old.saga(61, { claim: keyedBy(user, 'k') });
    const young = await old.saga(59);
    expect(await old.worker().run()).toMatchObject({ sagas: 2, keys: 1 });
    expect(await keysOf(young.sagaId)).toHaveLength(1);
    const anew = beginning(keyedBy(user, 'k', 7));
    expect(await old.repository(60, 60).begin(anew)).toEqual({ kind: 'inserted' });
    expect(await keysOf(anew.sagaId)).toEqual([{ answer: null }]);
  });

  it('is one claim, and one new order, for all requests that come while it is removed', async () => {
    const user = `user ${newUuid()}`;
    const { sagaId } = await old.saga(61, { claim: keyedBy(user, 'k') });
    await old.query('DELETE FROM saga_state WHERE saga_id = $1', [sagaId]);
    const removing = await old.database.pool.connect();
    await removing.query('BEGIN');
    await removing.query('DELETE FROM idempotency_keys WHERE saga_id = $1', [sagaId]);
    const repositories = [old.repository(60, 60), old.repository(60, 60)];
    const asking = repositories.map((each) => each.begin(beginning(keyedBy(user, 'k'))));
    await waitFor('both to wait for the removal', async () => {
      const waiting = await old.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length === 2;
    });
    await removing.query('COMMIT');
    removing.release();
    const begun = await Promise.all(asking);
    expect(begun.map(({ kind }) => kind).sort()).toEqual(['exists', 'inserted']);
    expect(await old.query('SELECT FROM idempotency_keys WHERE caller = $1', [user])).toHaveLength(
      1,
    );
    expect(await old.query('SELECT FROM saga_state')).toHaveLength(1);
  });

  it('stays, with its saga, while another session has it locked', async () => {
    const one = await old.saga(61);
    const taking = await old.database.pool.connect();
    await taking.query('BEGIN');
    await taking.query('SELECT FROM idempotency_keys WHERE saga_id = $1 FOR UPDATE', [one.sagaId]);
    const worker = old.worker();
    expect(await worker.run()).toMatchObject({ sagas: 0, keys: 0, partitionsKept: 1 });
    await taking.query('ROLLBACK');
    taking.release();
    expect(await worker.run()).toMatchObject({ sagas: 1, keys: 1, partitionsDropped: 1 });
  });
});

describe('what a dead letter names', () => {
  it('stays until the dead letter is decided on, by its saga or by its order', async () => {
    const [byTag, byOrder, free] = [await old.saga(40), await old.saga(40), await old.saga(40)];
    const orderId = byOrder.prepared.instance.subjectId;
    const saga = { sagaId: byTag.sagaId, step: 'REFUND_PAYMENT', direction: 'undo', attempt: 1 };
    await old.deadLetter({ pattern: 'payment.refund', data: { orderId: newUuid() }, saga });
    await old.deadLetter({ pattern: 'payment.refund', data: { orderId } });
    const worker = old.worker();
    expect(await worker.run()).toMatchObject({ sagas: 1, partitionsKept: 1 });
    expect(await old.isThere(free)).toBe(false);
    expect([await old.isThere(byTag), await old.isThere(byOrder)]).toEqual([true, true]);
    await old.query("UPDATE dead_letters SET state = 'replayed'");
    expect(await worker.run()).toMatchObject({ sagas: 2, partitionsDropped: 1 });
  });
});

describe('the removal', () => {
  it('is done by one orchestrator at a time', async () => {
    for (let i = 0; i < 6; i++) await old.saga(40);
    const removed = await Promise.all([1, 2].map(() => old.worker({ batchSize: 1 }).run()));
    expect(removed.reduce((sum, each) => sum + (each?.sagas ?? 0), 0)).toBe(6);
    const other = await old.database.pool.connect();
    await old.saga(40);
    await other.query('SELECT pg_advisory_lock(20818, 2)');
    expect(await old.worker().run()).toBeUndefined();
    expect(await old.query('SELECT FROM saga_state')).toHaveLength(1);
    await other.query('SELECT pg_advisory_unlock(20818, 2)');
    other.release();
  });

  it('is done although no days can be made beforehand, which is logged', async () => {
    const one = await old.saga(40);
    const renamed = (from: string, to: string) =>
      old.query(`ALTER FUNCTION ${from} RENAME TO ${to}`);
    await renamed('make_saga_logs_day', 'may_not_be_made');
    try {
      expect(await old.worker().run()).toMatchObject({ sagas: 1, partitionsDropped: 1 });
    } finally {
      await renamed('may_not_be_made', 'make_saga_logs_day');
    }
    expect(await old.isThere(one)).toBe(false);
    expect(old.lines.join()).toContain('no days of the log could be made');
  });

  it('leaves a partition that another session reads to the next run', async () => {
    for (const daysAgo of [40, 41]) await old.saga(daysAgo);
    const reading = await old.database.pool.connect();
    await reading.query('BEGIN');
    await reading.query('SELECT count(*) FROM saga_logs');
    const worker = old.worker();
    expect(await worker.run()).toMatchObject({ sagas: 2, partitionsDropped: 0 });
    const told = old.lines.filter((line) => line.includes('dropping it later'));
    expect(told).toEqual([expect.stringMatching(`${dayName(41)}.*lock timeout`)]);
    await reading.query('COMMIT');
    reading.release();
    expect(await worker.run()).toMatchObject({ partitionsDropped: 2 });
  });

  it('reaches rows that found no partition of their day', async () => {
    const one = await old.saga(200);
    const young = await old.saga(0);
    const shiftClaim = async (sagaId: string, days: number) =>
      old.query(
        `UPDATE saga_logs SET created_at = created_at + $2::float8 * interval '1 day'
          WHERE saga_id = $1`,
        [sagaId, days],
      );
    await shiftClaim(one.sagaId, -100);
    await shiftClaim(young.sagaId, 90);
    expect(await old.query('SELECT FROM saga_logs_default')).toHaveLength(4);
    expect(await old.worker().run()).toMatchObject({ sagas: 1 });
    expect([await old.logsOf(one), await old.logsOf(young)]).toEqual([0, 2]);
  });
});
