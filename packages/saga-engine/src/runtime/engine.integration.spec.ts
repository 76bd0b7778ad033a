import { waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { StoredSagas } from '../fixtures/stored-sagas.js';
import type { OutgoingCommand } from './ports.js';
import type { PostgresSagaStore } from '../postgres/index.js';
import { DONE, type Answer } from '../testing/index.js';
import { trace } from '../core/trace.js';

let sagas: StoredSagas;
let engines: RunningEngine<PostgresSagaStore>[] = [];

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map(({ engine }) => engine.stop()));
  await sagas.empty();
});
afterAll(() => sagas.drop());

async function newEngine(answer?: (command: OutgoingCommand) => Answer) {
  const made = engineOn(await sagas.newStore(), answer);
  engines.push(made);
  await made.engine.run();
  return made;
}

const outcomes: Answer[] = [
  { kind: 'rejected', code: 'FULL', message: 'no room' },
  { kind: 'fault', code: 'BROKEN', message: 'broken' },
  'broker-away',
  'unroutable',
];

describe('the engine on PostgreSQL', () => {
  it('ends 200 sagas at once, each with its own log in true order', async () => {
    const { engine, store, begin } = await newEngine();
    const ids = await Promise.all(Array.from({ length: 200 }, () => begin()));
    const ended = await Promise.all(ids.map((sagaId) => engine.waitForEnd(sagaId, 20_000)));
    expect(new Set(ended.map((saga) => saga?.phase))).toEqual(new Set(['done']));
    const steps = ['FLIGHT', 'HOTEL', 'TICKET'];
    const told = steps.flatMap((name) => [`${name} STARTED`, `${name} COMPLETED`]);
    for (const sagaId of ids) {
      const log = await store.history(sagaId);
      expect(log.map((row) => `${row.step} ${row.status}`)).toEqual(told);
    }
    const { rows } = await sagas.sql.query('SELECT DISTINCT current_step, status FROM saga_state');
    expect(rows).toEqual([{ current_step: 'COMPLETED', status: 'DONE' }]);
  });

  it('ends every saga although answers fail, connections are cut and an instance dies', async () => {
    let trouble = 0;
    const sometimes = (): Answer => (trouble++ % 7 === 0 ? outcomes[(trouble / 7) & 3]! : DONE);
    const [dying, living] = [await newEngine(sometimes), await newEngine(sometimes)];
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? dying : living).begin()),
    );
    await sagas.sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'saga-store' AND datname = current_database()`,
    );
    await dying.engine.stop();
    const ended = await Promise.all(ids.map((sagaId) => living.engine.waitForEnd(sagaId, 30_000)));
    expect(ended.filter((saga) => saga === undefined)).toEqual([]);
    const unfinished = await sagas.sql.query(
      `SELECT count(*)::int AS n FROM saga_logs l WHERE status = 'STARTED' AND NOT EXISTS (
         SELECT 1 FROM saga_logs e
         WHERE e.saga_id = l.saga_id AND e.step = l.step AND e.status <> 'STARTED')`,
    );
    expect(unfinished.rows).toEqual([{ n: 0 }]);
    await waitFor('both engines to hold nothing', () => living.engine.inFlight === 0);
  });

  it('prints the trace of a saga from its rows', async () => {
    const full = outcomes[0]!;
    const { engine, store, begin } = await newEngine((c) => (c.step === 'HOTEL' ? full : DONE));
    const sagaId = await begin();
    await engine.waitForEnd(sagaId, 10_000);
    const lines = trace(await store.history(sagaId)).map((line) => line.replace(/\d+ ms/, '… ms'));
    expect(lines).toEqual([
      'FLIGHT         done in … ms',
      'HOTEL          rejected FULL: no room in … ms',
      'CANCEL_FLIGHT  done in … ms',
    ]);
  });
});
