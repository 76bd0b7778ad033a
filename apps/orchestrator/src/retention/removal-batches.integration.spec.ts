import { newUuid } from '@backstitch/shared-types';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { beginning, keyedBy } from '../testing/claim-fixture.js';
import { retentionFixture, type RetentionFixture } from '../testing/retention-fixture.js';
import { OldRows } from './retention.repository.js';

let old: RetentionFixture;
beforeAll(async () => {
  old = await retentionFixture();
});
afterAll(() => old.close());
beforeEach(() => old.empty());
afterEach(() => {
  jest.restoreAllMocks();
});

/** Has something happen before each batch of sagas is removed. */
function atEachBatch(happens: (nth: number) => void | Promise<void>): void {
  const removeSagas: OldRows['removeSagas'] = Reflect.get(OldRows.prototype, 'removeSagas');
  let batches = 0;
  jest.spyOn(OldRows.prototype, 'removeSagas').mockImplementation(async function (
    this: OldRows,
    ...batch
  ) {
    batches += 1;
    await happens(batches);
    return removeSagas.apply(this, batch);
  });
}

/** Ends the connection of the orchestrator that removes. */
const CUT_OFF = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 2)
    AND datname = current_database()`;

describe('the removal of finished sagas in batches', () => {
  it('answers every query for the end of a checkout meanwhile', async () => {
    const repository = old.repository(60, 60);
    const asked: [string, string][] = [];
    for (let i = 0; i < 60; i++) {
      const user = `user ${newUuid()}`;
      const { sagaId } = await old.saga(40, { claim: keyedBy(user, 'k') });
      asked.push([user, sagaId]);
    }
    const ask = async (): Promise<void> => {
      for (const [user, sagaId] of asked) {
        const answer = await repository.begin(beginning(keyedBy(user, 'k')));
        expect(answer).toMatchObject({ kind: 'exists', sagaId, ended: { phase: 'done' } });
      }
    };
    const asking: Promise<void>[] = [];
    atEachBatch(() => void asking.push(ask()));
    expect(await old.worker({ batchSize: 10 }).run()).toMatchObject({ sagas: 60 });
    expect(asking).toHaveLength(6);
    await Promise.all(asking);
    expect(await old.query('SELECT FROM saga_state')).toEqual([]);
  });

  it('goes on after it was cut off between two of them, and nothing is half done', async () => {
    for (let i = 0; i < 20; i++) await old.saga(40);
    const gone = 5;
    atEachBatch(async (nth) => {
      if (nth > gone) await old.query(CUT_OFF);
    });
    await expect(old.worker({ batchSize: 1 }).run()).rejects.toThrow();
    jest.restoreAllMocks();
    expect(await old.query('SELECT FROM saga_state')).toHaveLength(20 - gone);
    const answered = await old.query('SELECT FROM idempotency_keys WHERE answer IS NOT NULL');
    expect(answered).toHaveLength(gone);
    expect(await old.worker().run()).toMatchObject({ sagas: 20 - gone, partitionsDropped: 1 });
  });

  it('ends after the batch under way when it is stopped', async () => {
    for (let i = 0; i < 10; i++) await old.saga(40);
    const worker = old.worker({ batchSize: 1 });
    const stopping = new AbortController();
    atEachBatch((nth) => {
      if (nth === 3) stopping.abort();
    });
    expect(await worker.run(stopping.signal)).toBeUndefined();
    expect(await old.query('SELECT FROM saga_state')).toHaveLength(7);
  });
});
