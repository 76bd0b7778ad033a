import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { beginning, keyedBy } from '../testing/claim-fixture.js';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';

jest.setTimeout(60_000);

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());

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
