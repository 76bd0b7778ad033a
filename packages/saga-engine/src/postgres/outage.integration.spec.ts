import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { StoredSagas } from '../fixtures/stored-sagas.js';
import type { PostgresSagaStore } from './index.js';

jest.setTimeout(120_000);

const silentAfterMs = 4_000;
const SETTINGS = { silentAfterMs, heartbeatEveryMs: 500, takeoverEveryMs: 100, scanEveryMs: 1_000 };

let sagas: StoredSagas;
beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(async () => {
  await sagas.closeStores();
  await sagas.drop();
});

/** So often its heartbeat was written since then. */
function beatsOf({ store }: RunningEngine<PostgresSagaStore>): () => number {
  let beats = 0;
  const real = store.heartbeat.bind(store);
  jest.spyOn(store, 'heartbeat').mockImplementation(async () => {
    await real();
    beats++;
  });
  return () => beats;
}

it('three engines keep their sagas over a time in which none of them reaches the tables', async () => {
  const engines: RunningEngine<PostgresSagaStore>[] = [];
  for (let n = 0; n < 3; n++) {
    engines.push(engineOn(await sagas.newStore(), () => 'silence', SETTINGS));
  }
  for (const { engine, begin } of engines) {
    await engine.run();
    for (let n = 0; n < 30; n++) await begin();
  }
  const beats = engines.map(beatsOf);
  const long = 2 * Math.ceil(silentAfterMs / SETTINGS.heartbeatEveryMs);
  const allBeat = (atLeast: number) => () => beats.every((count) => count() >= atLeast);
  await waitFor('all to be steady', allBeat(long), { timeoutMs: 60_000 });

  const client = await sagas.sql.connect();
  await client.query('BEGIN; LOCK TABLE saga_owners, saga_state');
  await client.query('SELECT pg_sleep($1)', [(silentAfterMs + 3_000) / 1_000]);
  await client.query('COMMIT');
  client.release();

  const before = beats.map((count) => count());
  const wasBack = () => beats.every((count, n) => count() >= before[n]! + long);
  await waitFor('all to be back for long', wasBack, { timeoutMs: 60_000 });
  expect(engines.map(({ counts }) => counts.get('taken-over') ?? 0)).toEqual([0, 0, 0]);
  const { rows } = await sagas.sql.query('SELECT DISTINCT epoch FROM saga_state');
  expect(rows).toEqual([{ epoch: 1 }]);
  await Promise.all(engines.map(({ engine }) => engine.stop()));
});
