import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { beginning, keyedBy } from '../testing/claim-fixture.js';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());

/** Signals to a saga are on record. */
async function signalled(sagaId: string): Promise<() => Promise<number>> {
  await old.query(
    `INSERT INTO saga_signals (saga_id, signal_id, name, answer, recorded_at)
      SELECT $1, 'click-' || nth, 'accept', '{"kind": "passed"}', now()
      FROM generate_series(1, 3) AS nth`,
    [sagaId],
  );
  return async () => {
    const signals = 'SELECT count(*) FROM saga_signals WHERE saga_id = $1';
    return Number((await old.query(signals, [sagaId]))[0]?.count);
  };
}

describe('the retention', () => {
  it('keeps a saga that waits, its log, its key and its signals, however long it waits', async () => {
    const claim = keyedBy(`user ${newUuid()}`, 'k');
    const waiting = await old.saga(100, { status: 'WAITING', claim });
    const signals = await signalled(waiting.sagaId);
    await old.worker().run();
    expect(await old.isThere(waiting)).toBe(true);
    expect(await old.logsOf(waiting)).toBeGreaterThan(0);
    expect(await signals()).toBe(3);
    const again = await old.repository().begin(beginning(claim));
    expect(again).toMatchObject({ kind: 'exists', sagaId: waiting.sagaId, status: 'WAITING' });
  });

  it('removes the signals of a saga together with it', async () => {
    const done = await old.saga(40);
    const signals = await signalled(done.sagaId);
    await old.worker().run();
    expect(await old.isThere(done)).toBe(false);
    expect(await signals()).toBe(0);
  });

  it('of the release before, which knows no waits, removes no saga that waits', async () => {
    const waiting = await old.saga(100, { status: 'WAITING' });
    const done = await old.saga(100);
    const removed = await old.query(
      `DELETE FROM saga_state WHERE NOT status IN ('RUNNING', 'COMPENSATING') RETURNING saga_id`,
    );
    expect(removed).toEqual([{ saga_id: done.sagaId }]);
    expect(await old.isThere(waiting)).toBe(true);
  });
});
