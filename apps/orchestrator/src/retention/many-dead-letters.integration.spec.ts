import { metricsRegistry } from '@backstitch/service-kit';
import { newUuid, RETENTION_DAYS } from '@backstitch/shared-types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());

const refund = (more: object = {}) => ({
  pattern: 'payment.refund',
  data: { orderId: newUuid() },
  ...more,
});

describe('what a dead letter names', () => {
  it('is all that stays, however many dead letters there are', async () => {
    const [named, free] = [await old.saga(40), await old.saga(40)];
    const saga = { sagaId: named.sagaId, step: 'REFUND_PAYMENT', direction: 'undo', attempt: 1 };
    const others = Array.from({ length: 2_000 }, () => refund());
    await old.deadLetter(...others, refund({ saga }));
    const worker = old.worker().expose();
    const beganS = Math.floor(Date.now() / 1_000);
    expect(await worker.run()).toMatchObject({ sagas: 1, partitionsKept: 1 });
    expect([await old.isThere(named), await old.isThere(free)]).toEqual([true, false]);
    const metrics = await metricsRegistry.metrics();
    const [, lastS] = /^retention_last_run_seconds (\d+)$/m.exec(metrics) ?? [];
    expect(Number(lastS)).toBeGreaterThanOrEqual(beganS);
    expect(metrics).toMatch(/^retention_failed_runs_total 0$/m);
  });

  it('stays while it is being replayed, and goes once it was replayed or discarded', async () => {
    const all = [await old.saga(40), await old.saga(40), await old.saga(40)];
    const [replaying, replayed, discarded] = all;
    for (const [{ sagaId }, state] of [
      [replaying!, 'replaying'],
      [replayed!, 'replayed'],
      [discarded!, 'discarded'],
    ] as const) {
      await old.deadLetter(refund({ saga: { sagaId, step: 'X', direction: 'undo', attempt: 1 } }));
      const put = 'UPDATE dead_letters SET state = $2 WHERE saga_id = $1';
      await old.query(put, [sagaId, state]);
    }
    expect(await old.worker().run()).toMatchObject({ sagas: 2 });
    expect(await Promise.all(all.map((one) => old.isThere(one)))).toEqual([true, false, false]);
  });
});

describe('a dead letter', () => {
  const days = RETENTION_DAYS.decidedDeadLetters;
  const put = (state: string, daysAgo: number) =>
    old.query(
      `UPDATE dead_letters SET state = $1, state_at = now() - $2::float8 * interval '1 day'
        WHERE seq = (SELECT max(seq) FROM dead_letters)`,
      [state, daysAgo],
    );

  it('is removed so many days after it was replayed or discarded, and never before that', async () => {
    for (const state of ['open', 'replaying', 'replayed', 'discarded']) {
      for (const daysAgo of [days - 1, days + 1]) {
        await old.deadLetter(refund());
        await put(state, daysAgo);
      }
    }
    expect(await old.worker({ batchSize: 1 }).run()).toMatchObject({ deadLetters: 2 });
    const left = await old.query('SELECT state FROM dead_letters ORDER BY seq');
    expect(left.map(({ state }) => state)).toEqual([
      'open',
      'open',
      'replaying',
      'replaying',
      'replayed',
      'discarded',
    ]);
  });
});
