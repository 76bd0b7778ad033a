import { metricsRegistry } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());

const payment = 'payment_commands.dead';
const taken = async () => {
  while ((await old.vhost.queue(payment))!.messages > 0) await old.vhost.take(payment);
};

describe('what a dead letter names', () => {
  it('is all that stays, however many letters lie in one queue', async () => {
    const [named, free] = [await old.saga(40), await old.saga(40)];
    const saga = { sagaId: named.sagaId, step: 'REFUND_PAYMENT', direction: 'undo', attempt: 1 };
    const others = Array.from({ length: 1_001 }, () => ({
      pattern: 'payment.refund',
      data: { orderId: newUuid() },
    }));
    while (others.length > 0) {
      await Promise.all(others.splice(0, 50).map((body) => old.bury(body)));
    }
    await old.bury({ pattern: 'payment.refund', data: { orderId: newUuid() }, saga });
    expect(await old.worker().run()).toMatchObject({ sagas: 1, partitionsKept: 1 });
    expect([await old.isThere(named), await old.isThere(free)]).toEqual([true, false]);
    await taken();
  });

  it('is unknown where a queue has more letters than are read: keys go, no saga does, and the run is no success', async () => {
    const one = await old.saga(40);
    await old.query(
      `INSERT INTO idempotency_keys (caller, kind, key, request_hash, saga_id, created_at)
        VALUES ('u', 'KEYED', 'old', 'h', gen_random_uuid(), now() - interval '61 days')`,
    );
    for (let i = 0; i < 3; i++) await old.bury({ pattern: 'payment.refund', data: {} });
    const worker = old.worker({ lettersMax: 2 }).expose();
    expect(await worker.run()).toMatchObject({ sagas: 0, keys: 1, partitionsDropped: 0 });
    expect([await old.isThere(one), await old.logsOf(one)]).toEqual([true, 2]);
    expect(old.lines.at(-1)).toMatch(/"unread":\{"payment_commands":1\}.*more dead letters/);
    const metrics = () => metricsRegistry.metrics();
    expect(await metrics()).not.toMatch(/^retention_last_run_seconds /m);
    expect(await metrics()).toMatch(/^retention_failed_runs_total 1$/m);
    await taken();
    const beganS = Math.floor(Date.now() / 1_000);
    expect(await worker.run()).toMatchObject({ sagas: 1, partitionsDropped: 1 });
    const [, lastS] = /^retention_last_run_seconds (\d+)$/m.exec(await metrics()) ?? [];
    expect(Number(lastS)).toBeGreaterThanOrEqual(beganS);
  });
});
