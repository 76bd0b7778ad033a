import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { done, insertedSaga, writeOf, StoredSagas } from '../fixtures/stored-sagas.js';
import type { PostgresSagaStore } from './index.js';

let sagas: StoredSagas;
let owner: PostgresSagaStore;
let other: PostgresSagaStore;

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
beforeEach(async () => {
  owner = await sagas.newStore();
  other = await sagas.newStore();
});
afterEach(() => sagas.empty());

describe('a seizure', () => {
  it('takes a saga from a living owner, whose next write is refused', async () => {
    const saga = await insertedSaga(owner);
    const seized = await other.seize(saga);
    const { sagaId, awaited } = saga;
    const taken = { sagaId, awaited, owner: other.instanceId, version: 2, epoch: 2 };
    expect(seized).toMatchObject(taken);
    expect(await other.load(saga.sagaId)).toEqual(seized);
    expect(await owner.save(writeOf(saga, done('ORDER_CREATED'), owner))).toBe('guard-failed');
    expect(await other.save(writeOf(seized!, done('ORDER_CREATED'), other))).toBe('saved');
  });

  it('of a saga that moved on since it was seen takes nothing', async () => {
    const saga = await insertedSaga(owner);
    await owner.save(writeOf(saga, done('ORDER_CREATED'), owner));
    expect(await other.seize(saga)).toBeUndefined();
    expect(await other.load(saga.sagaId)).toMatchObject({ owner: owner.instanceId, version: 2 });
  });

  it('of one saga by many succeeds once', async () => {
    const saga = await insertedSaga(owner);
    const tries = await Promise.all([other, owner, other].map((store) => store.seize(saga)));
    expect(tries.filter((seized) => seized !== undefined)).toHaveLength(1);
  });

  it('of a finished saga takes nothing', async () => {
    const saga = await insertedSaga(owner);
    await sagas.sql.query(
      `UPDATE saga_state SET status = 'DONE', current_step = 'COMPLETED' WHERE saga_id = $1`,
      [saga.sagaId],
    );
    expect(await other.seize(saga)).toBeUndefined();
  });
});
