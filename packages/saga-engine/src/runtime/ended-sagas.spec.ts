import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { waitFor } from '@backstitch/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import type { OutgoingCommand } from './ports.js';
import type { ActiveSaga } from './active-saga.js';
import { DONE, MemoryDatabase, MemorySagaStore, type Answer } from '../testing/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SAGAS = 200;
const database = new MemoryDatabase();
let running: RunningEngine<MemorySagaStore>;

afterEach(() => running.engine.stop());

async function begun(answer: (command: OutgoingCommand) => Answer): Promise<WeakRef<ActiveSaga>[]> {
  const oneByOne = { commandsPerQueueMax: 20, reservedPerQueue: 5 };
  running = engineOn(new MemorySagaStore(database), answer, oneByOne);
  await running.engine.run();
  for (let i = 0; i < SAGAS; i++) await running.begin();
  return running.engine['driver'].sagas.all().map((active) => new WeakRef(active));
}

function alarmsOf({ engine }: typeof running): number {
  return engine['driver']['alarms'].size;
}

async function expectNothingKept(activeSagas: readonly WeakRef<ActiveSaga>[]): Promise<void> {
  expect(activeSagas.length).toBeGreaterThan(SAGAS / 2);
  expect(alarmsOf(running)).toBe(0);
  await waitFor('the memory to be free', () => {
    collectGarbage();
    return activeSagas.every((active) => active.deref() === undefined);
  });
}

describe('nothing of an ended saga is kept in memory', () => {
  it('when it is done, long before its deadlines', async () => {
    let answer: Answer = 'silence';
    const activeSagas = await begun(() => answer);
    expect(alarmsOf(running)).toBe(SAGAS);
    answer = DONE;
    await waitFor('all to end', () => running.engine.inFlight === 0);
    await expectNothingKept(activeSagas);
    expect(running.counts.get('done')).toBe(SAGAS);
  });

  it('when it is undone', async () => {
    const no: Answer = { kind: 'rejected', code: 'FULL', message: 'no' };
    let isAnswered = false;
    const activeSagas = await begun(({ step, direction }) => {
      if (!isAnswered) return 'silence';
      return step === 'HOTEL' && direction === 'do' ? no : DONE;
    });
    isAnswered = true;
    await waitFor('all to end', () => running.engine.inFlight === 0);
    await expectNothingKept(activeSagas);
    expect(running.counts.get('undone')).toBe(SAGAS);
  });

  it('when another instance took it', async () => {
    const activeSagas = await begun(() => 'silence');
    const other = engineOn(new MemorySagaStore(database));
    await other.engine.run();
    for (const { instance } of database.rows.values()) {
      await other.engine.operate(instance.sagaId, 'retry');
    }
    await waitFor('all to be let go of', () => running.engine.inFlight === 0);
    await expectNothingKept(activeSagas);
    await other.engine.stop();
  });
});
