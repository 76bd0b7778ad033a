import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { done, insertedSaga, StoredSagas, writeOf } from '../fixtures/stored-sagas.js';
import type { OpenSaga } from '../core/instance.js';
import type { SagaNote } from '../core/note.js';
import type { PostgresSagaStore } from './index.js';

let sagas: StoredSagas;

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
afterEach(() => sagas.empty());

const note = (kind: SagaNote['kind'], data: SagaNote['data'] = {}): SagaNote => ({
  kind,
  step: 'ORDER_CREATED',
  data,
});

/** Log rows and notes of a saga as one sequence: the times that both have, and what they tell. */
async function sequence(store: PostgresSagaStore, sagaId: string) {
  const [log, notes] = await Promise.all([store.history(sagaId), store.notes(sagaId)]);
  const all = [
    ...log.map(({ createdAt, step, status }) => ({ createdAt, told: `${step} ${status}` })),
    ...notes.map(({ createdAt, kind }) => ({ createdAt, told: kind })),
  ].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  expect(new Set(all.map(({ createdAt }) => createdAt)).size).toBe(all.length);
  return all.map(({ told }) => told);
}

describe('the notes of a stored saga', () => {
  it('are written with their transition, before its log rows, each at a time of its own', async () => {
    const store = await sagas.newStore();
    const first = await insertedSaga(store);
    const retried = note('RETRIED', { attempt: 1, code: 'AWAY', message: '"quoted" \\ text' });
    const write = writeOf(first, done('ORDER_CREATED'), store);
    expect(await store.save({ ...write, notes: [retried, note('PARKED')] })).toBe('saved');
    const next = writeOf(write.instance, done('STOCK_RESERVED'), store);
    expect(await store.save(next)).toBe('saved');
    expect((await sequence(store, first.sagaId)).slice(0, 5)).toEqual([
      'ORDER_CREATED STARTED',
      'RETRIED',
      'PARKED',
      'ORDER_CREATED COMPLETED',
      'STOCK_RESERVED STARTED',
    ]);
    expect((await store.notes(first.sagaId))[0]).toMatchObject(retried);
  });

  it('are not written when the guard of their transition fails', async () => {
    const store = await sagas.newStore();
    const first = await insertedSaga(store);
    const write = writeOf(first, done('ORDER_CREATED'), store);
    await store.save(write);
    expect(await store.save({ ...write, notes: [note('PARKED')] })).toBe('guard-failed');
    expect(await store.notes(first.sagaId)).toEqual([]);
  });

  it('tell of a takeover who has the saga now, and who had it', async () => {
    const [gone, heir] = [await sagas.newStore(), await sagas.newStore()];
    const { sagaId } = await insertedSaga(gone);
    await gone.release();
    const definitions = [{ name: 'purchase', version: 1 }];
    const taken = await heir.takeOver({ limit: 10, silentAfterMs: Infinity, definitions });
    expect(taken).toMatchObject([{ sagaId, owner: heir.instanceId, formerOwner: gone.instanceId }]);
    const data = { owner: heir.instanceId, formerOwner: gone.instanceId, epoch: 2 };
    expect(await heir.notes(sagaId)).toMatchObject([{ kind: 'TAKEN_OVER', data }]);
    const write = writeOf(taken[0]!, done('ORDER_CREATED'), heir);
    expect(await heir.save(write)).toBe('saved');
    expect((await sequence(heir, sagaId)).slice(0, 3)).toEqual([
      'ORDER_CREATED STARTED',
      'TAKEN_OVER',
      'ORDER_CREATED COMPLETED',
    ]);
  });

  it('tell that a saga was seized, too', async () => {
    const [owner, other] = [await sagas.newStore(), await sagas.newStore()];
    const saga = await insertedSaga(owner);
    const seized = (await other.seize(saga)) as OpenSaga;
    expect(seized).toMatchObject({ owner: other.instanceId, version: 2, epoch: 2 });
    expect(await other.notes(saga.sagaId)).toMatchObject([
      { kind: 'TAKEN_OVER', data: { formerOwner: owner.instanceId } },
    ]);
  });
});
