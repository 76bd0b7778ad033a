import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { StoredSagas } from '../fixtures/stored-sagas.js';
import type { PostgresSagaStore } from './index.js';

const silentAfterMs = 4_000;
const SETTINGS = { silentAfterMs, heartbeatEveryMs: 500, takeoverEveryMs: 100, scanEveryMs: 1_000 };

const engines: RunningEngine<PostgresSagaStore>[] = [];
let sagas: StoredSagas;
beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(async () => {
  await Promise.all(engines.map(({ engine }) => engine.stop()));
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

/** These heartbeats are not written until the function returned is called. */
async function heartbeatsKept(owners: readonly string[]): Promise<() => Promise<void>> {
  const client = await sagas.sql.connect();
  await client.query('BEGIN');
  const rows = 'SELECT FROM saga_owners WHERE instance_id = ANY ($1::uuid[]) FOR UPDATE';
  await client.query(rows, [owners]);
  return async () => {
    await client.query('COMMIT');
    client.release();
  };
}

async function allSilent(): Promise<boolean> {
  const young = `heartbeat_at > clock_timestamp() - $1::float8 * interval '1 millisecond'`;
  const { rows } = await sagas.sql.query(`SELECT FROM saga_owners WHERE ${young}`, [silentAfterMs]);
  return rows.length === 0;
}

it('three engines keep their sagas when all are silent for too long and one is back before the others', async () => {
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

  const [first, ...others] = engines.map(({ store }) => store.instanceId);
  const free = await Promise.all([heartbeatsKept([first!]), heartbeatsKept(others)]);
  await waitFor('all to be silent', allSilent, { timeoutMs: 60_000 });
  await free[0]();
  const looks = jest.spyOn(engines[0]!.store, 'takeOver');
  await waitFor('the first to look for silent owners', () => looks.mock.calls.length > 5);
  await free[1]();

  const before = beats.map((count) => count());
  const wasBack = () => beats.every((count, n) => count() >= before[n]! + long);
  await waitFor('all to be back for long', wasBack, { timeoutMs: 60_000 });
  expect(engines.map(({ counts }) => counts.get('taken-over') ?? 0)).toEqual([0, 0, 0]);
  const { rows } = await sagas.sql.query('SELECT DISTINCT epoch FROM saga_state');
  expect(rows).toEqual([{ epoch: 1 }]);
});
