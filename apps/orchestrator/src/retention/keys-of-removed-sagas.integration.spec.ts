import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { beginning, keyedBy } from '../testing/claim-fixture.js';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';
import { RetentionRepository } from './retention.repository.js';

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());

describe('a key whose saga is not to be removed', () => {
  /** A transaction that locks a row leaves its number in it. */
  const untouched = async ({ sagaId }: { sagaId: string }) => {
    const text = 'SELECT xmax::text FROM idempotency_keys WHERE saga_id = $1';
    return (await old.query(text, [sagaId]))[0]!.xmax === '0';
  };
  const toDefault = ({ sagaId }: { sagaId: string }) =>
    old.query(
      `UPDATE saga_logs SET created_at = created_at - interval '100 days' WHERE saga_id = $1`,
      [sagaId],
    );

  it('is not so much as locked, wherever its saga has rows', async () => {
    const kept = [
      await old.saga(29, { beganDaysAgo: 33 }),
      await old.saga(50, { status: 'RUNNING' }),
      await old.saga(1),
    ];
    await toDefault(kept[2]!);
    const gone = await old.saga(50);
    // As if each had been written anew since it was last locked.
    await old.query('UPDATE idempotency_keys SET created_at = created_at');
    expect(await Promise.all([...kept, gone].map(untouched))).toEqual(Array(4).fill(true));
    expect(await old.worker().run()).toMatchObject({ sagas: 1 });
    expect(await Promise.all(kept.map(untouched))).toEqual(Array(3).fill(true));
  });

  it('is not searched for while all rows of its saga in the default partition are young', async () => {
    const [young, aged] = [await old.saga(40), await old.saga(40)];
    await toDefault(aged);
    await old.query(
      `UPDATE saga_logs SET created_at = created_at + interval '130 days' WHERE saga_id = $1`,
      [young.sagaId],
    );
    const stray = await old.query('SELECT DISTINCT saga_id AS id FROM saga_logs_default');
    expect(stray).toHaveLength(2);
    const repository = new RetentionRepository(old.database, { sagas: 30, keys: 60 });
    const walked = await repository.alone((rows) => rows.sagasIn('saga_logs_default', 10));
    expect(walked).toEqual([aged.sagaId]);
  });
});

describe('a key whose saga was removed', () => {
  it('is kept for its whole time after the end of a saga that was parked for long', async () => {
    const repository = old.repository(60, 60);
    const users = ['ended lately', 'ended long ago'];
    const [lately, longAgo] = [
      await old.saga(20, { beganDaysAgo: 70, claim: keyedBy(users[0]!, 'k') }),
      await old.saga(31, { beganDaysAgo: 70, claim: keyedBy(users[1]!, 'k') }),
    ];
    for (let i = 0; i < 2; i++) {
      expect(await old.worker().run()).toMatchObject({ sagas: 1 - i, keys: 0 });
      for (const [index, { sagaId }] of [lately, longAgo].entries()) {
        const again = await repository.begin(beginning(keyedBy(users[index]!, 'k')));
        expect(again).toMatchObject({ kind: 'exists', sagaId, ended: { phase: 'done' } });
      }
    }
    await old.query(`UPDATE saga_state SET updated_at = updated_at - interval '41 days'`);
    await old.query(`UPDATE idempotency_keys SET created_at = created_at - interval '41 days'`);
    expect(await old.worker().run()).toMatchObject({ sagas: 1, keys: 2 });
  });

  it('gives the same no where its saga did not say why', async () => {
    const repository = old.repository(60, 60);
    const user = `user ${newUuid()}`;
    const { sagaId } = await old.saga(40, { status: 'COMPENSATED', claim: keyedBy(user, 'k') });
    await old.query('UPDATE saga_state SET failure = NULL WHERE saga_id = $1', [sagaId]);
    const told = { kind: 'exists', ended: { phase: 'undone', failure: { kind: 'unknown' } } };
    const again = beginning(keyedBy(user, 'k'));
    const before = await repository.begin(again);
    expect(before).toMatchObject(told);
    expect(await old.worker().run()).toMatchObject({ sagas: 1 });
    expect(await repository.begin(again)).toEqual(before);
  });
});
