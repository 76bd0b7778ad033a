import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineStopped } from './engine.js';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { purchase } from '../fixtures/purchase.js';
import { isOpen, type OpenSaga } from '../core/instance.js';
import type { OutgoingCommand } from './ports.js';
import {
  DONE,
  MemoryDatabase,
  MemorySagaStore,
  Scenario,
  simulate,
  type Answer,
} from '../testing/index.js';
import type { OperatorAction } from '../core/transition.js';

type Memory = RunningEngine<MemorySagaStore>;
/** Long enough to be asked for meanwhile, and within the step's deadline. */
const SLOW = { backoffMinMs: 4_000, backoffMaxMs: 4_000, attentionAfterAttempts: 1 };

let database: MemoryDatabase;
let engines: Memory[];

beforeEach(() => {
  database = new MemoryDatabase();
  engines = [];
});
afterEach(() => Promise.all(engines.map(({ engine }) => engine.stop())));

function newEngine(answer?: (command: OutgoingCommand) => Answer): Memory {
  const made = engineOn(new MemorySagaStore(database), answer, SLOW);
  engines.push(made);
  return made;
}

const BROKEN: Answer = { kind: 'fault', code: 'BROKEN', message: 'out of order' };
const FULL: Answer = { kind: 'rejected', code: 'FULL', message: 'no room' };
const rowOf = (sagaId: string) => database.rows.get(sagaId)!.instance as OpenSaga;

/** A saga whose first flight failed, or whose flight's undo did: its next try is far away. */
async function stuck(by: Memory, awaited: 'FLIGHT' | 'CANCEL_FLIGHT'): Promise<string> {
  const sagaId = await by.begin();
  await waitFor('the saga to be stuck', () => {
    const saga = rowOf(sagaId);
    return isOpen(saga) && saga.waitingFor === 'retry' && saga.awaited === awaited;
  });
  return sagaId;
}

const failsFirst = ({ attempt }: OutgoingCommand): Answer => (attempt === 1 ? BROKEN : DONE);
const undoFailsFirst = ({ step, direction, attempt }: OutgoingCommand): Answer => {
  if (step === 'HOTEL') return FULL;
  return direction === 'undo' && attempt === 1 ? BROKEN : DONE;
};

describe('an operator', () => {
  it('has the awaited command sent now instead of at its next try', async () => {
    const one = newEngine(failsFirst);
    const sagaId = await stuck(one, 'FLIGHT');
    const operated = await one.engine.operate(sagaId, 'retry');
    expect(operated).toMatchObject({ kind: 'done', instance: { attempt: 2, waitingFor: 'reply' } });
    await waitFor('the next step', () => one.received(sagaId).includes('HOTEL do 1'));
    expect(one.counts.get('operated')).toBe(1);
  });

  it('resumes a parked saga, which is then no longer parked', async () => {
    const one = newEngine(undoFailsFirst);
    const sagaId = await stuck(one, 'CANCEL_FLIGHT');
    expect(one.engine.needingAttention).toBe(1);
    await one.engine.operate(sagaId, 'resume');
    expect(await one.engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'undone' });
  });

  it('has a saga undone that another instance drives, and that instance drops it', async () => {
    const owner = newEngine(failsFirst);
    const other = newEngine();
    const sagaId = await stuck(owner, 'FLIGHT');
    const before = rowOf(sagaId);
    const waiting = owner.engine.waitForEnd(sagaId, 5_000);
    await other.engine.operate(sagaId, 'compensate');
    expect(await other.engine.waitForEnd(sagaId, 5_000)).toMatchObject({
      phase: 'undone',
      owner: other.store.instanceId,
      epoch: before.epoch + 1,
      failure: { kind: 'unknown', code: 'OPERATOR_COMPENSATED' },
    });
    expect(other.received(sagaId)).toEqual(['FLIGHT undo 1']);
    const outcome = { kind: 'done', response: {} } as const;
    const late = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1, outcome } as const;
    expect(await owner.engine.onReply(late)).not.toBe('applied');
    expect(owner.engine.inFlight).toBe(0);
    expect(await waiting).toMatchObject({ phase: 'undone' });
    expect(owner.received(sagaId)).toEqual(['FLIGHT do 1']);
  });

  //  refused          at                 because
  it.each<[OperatorAction, 'FLIGHT' | 'CANCEL_FLIGHT', string]>([
    ['resume', 'FLIGHT', 'not-parked'],
    ['compensate', 'CANCEL_FLIGHT', 'already-undoing'],
  ])('refuses %s at %s, and the owner keeps the saga', async (action, at, reason) => {
    const owner = newEngine(at === 'FLIGHT' ? failsFirst : undoFailsFirst);
    const sagaId = await stuck(owner, at);
    const before = rowOf(sagaId);
    for (const { engine } of [owner, newEngine()]) {
      expect(await engine.operate(sagaId, action)).toMatchObject({ kind: 'refused', reason });
    }
    expect(rowOf(sagaId)).toEqual(before);
  });

  it('is told that a saga is finished, or that there is none', async () => {
    const one = newEngine();
    const sagaId = await one.begin();
    await one.engine.waitForEnd(sagaId, 5_000);
    for (const action of ['retry', 'resume', 'compensate'] as const) {
      const refused = { kind: 'refused', reason: 'finished' };
      expect(await one.engine.operate(sagaId, action)).toMatchObject(refused);
      expect(await one.engine.operate('none', action)).toEqual({ kind: 'absent' });
    }
  });

  it('gets "done" for an action whose commit was lost only when it was done', async () => {
    for (const lost of ['before', 'after'] as const) {
      const one = newEngine(failsFirst);
      const sagaId = await stuck(one, 'FLIGHT');
      one.store.loseNextCommit = lost;
      const operated = await one.engine.operate(sagaId, 'compensate');
      expect(operated).toMatchObject({ kind: 'done' });
      expect(await one.engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'undone' });
    }
  });

  it('is refused by an engine that is stopping', async () => {
    const one = newEngine(failsFirst);
    const sagaId = await stuck(one, 'FLIGHT');
    await one.engine.stop();
    await expect(one.engine.operate(sagaId, 'retry')).rejects.toThrow(EngineStopped);
  });
});

describe('what an operator asks for', () => {
  const settings = { backoffMinMs: 100, backoffMaxMs: 10_000, attentionAfterAttempts: 3 };
  const responses = { STOCK_RESERVED: { holdId: 'hold-1' } };
  const options = { input: { amount: '9.99' }, responses, settings };
  const awaiting = (name: string) => {
    const scenario = new Scenario(purchase, options);
    while (scenario.awaited?.name !== name) scenario.done();
    return scenario;
  };
  const parked = () => {
    const scenario = awaiting('ORDER_CONFIRMED');
    for (let i = 0; i < 5; i++) {
      scenario.fault();
      if (i < 4) scenario.wakeUntilSent();
    }
    return scenario;
  };

  it('lets attempts count anew after a resume, and counts them all in the log', () => {
    const scenario = parked();
    expect(scenario.instance).toMatchObject({ attempt: 5, needsAttention: true });
    scenario.operator('resume');
    expect(scenario.instance).toMatchObject({ attempt: 6, needsAttention: false });
    for (let attempt = 6; attempt < 8; attempt++) {
      const before = scenario.nowMs;
      scenario.fault();
      expect(scenario.instance).toMatchObject({ needsAttention: false });
      expect((scenario.instance as OpenSaga).wakeAtMs - before).toBe(75 * 2 ** (attempt - 6));
      scenario.wakeUntilSent();
    }
    scenario.fault();
    expect(scenario.instance).toMatchObject({ attempt: 8, needsAttention: true });
    scenario.operator('retry');
    scenario.done();
    expect(scenario.witness.log.find((row) => row.data?.attempts === 9)).toMatchObject({
      step: 'ORDER_CONFIRMED',
      status: 'COMPLETED',
    });
    expect(scenario.witness.problems).toEqual([]);
  });

  it('never undoes a saga whose pivot was sent', () => {
    for (const name of ['ORDER_CONFIRMED', 'MAIL_SENT']) {
      const scenario = awaiting(name);
      expect(scenario.operator('compensate').ignored).toBe('past-pivot');
    }
    const before = awaiting('STOCK_COMMITTED');
    before.operator('compensate');
    expect(before.instance.phase).toBe('backward');
  });

  it('is undone instead when its step has run out of time', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.nowMs += 20_000;
    scenario.operator('retry');
    expect(scenario.instance).toMatchObject({
      phase: 'backward',
      failure: { code: 'STEP_DEADLINE' },
    });
  });

  it('is caught by the simulation when it undoes past the pivot', async () => {
    const { failure } = await simulate(
      {
        definition: purchase,
        input: { amount: '9.99' },
        responses,
        broken: {
          engine: (made) => {
            const driver = made['driver'];
            const real = driver['decide'].bind(driver);
            driver['decide'] = (active, event, isReread) => {
              if (event.kind !== 'operator' || event.action !== 'compensate') {
                return real(active, event, isReread);
              }
              const steps = purchase.steps.map((step) => ({ ...step, pastPivot: false }));
              const definition = { ...active.definition, steps };
              return real(Object.assign(Object.create(active), { definition }), event, isReread);
            };
          },
        },
      },
      { runs: 5_000, seed: 1, shrinkTriesMax: 0 },
    );
    expect(failure?.problems.join()).toMatch(/past its pivot|undone|happened without/);
  });
});
