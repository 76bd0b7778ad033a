import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { engineOn } from '../fixtures/engines.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { currentStepOf, type SagaInstance } from '../core/instance.js';
import type { OutgoingCommand } from './ports.js';
import { DONE, MemoryDatabase, MemorySagaStore, type Answer } from '../testing/index.js';

const BROKEN: Answer = { kind: 'fault', code: 'BROKEN', message: 'broken' };
const FULL: Answer = { kind: 'rejected', code: 'FULL', message: 'no room' };

let lines: [message: string, fields: object][];

beforeEach(() => {
  lines = [];
  for (const level of ['info', 'warn', 'error'] as const) {
    const note = (fields: object, message: string) => void lines.push([message, fields]);
    jest.spyOn(silentLogger, level).mockImplementation(note);
  }
});
afterEach(() => {
  jest.restoreAllMocks();
});

function newEngine(answer: (command: OutgoingCommand) => Answer) {
  const store = new MemorySagaStore(new MemoryDatabase());
  return engineOn(store, answer, { attentionAfterAttempts: 2 });
}

describe('the log of a saga that does not go straight on', () => {
  it('tells what is sent again and why, and when an operator is needed', async () => {
    let repaired = false;
    const { engine, begin } = newEngine(({ step }) =>
      step === 'TICKET' && !repaired ? BROKEN : DONE,
    );
    const sagaId = await begin();
    await waitFor('a parked saga', async () => engine.needingAttention === 1);
    repaired = true;
    await engine.waitForEnd(sagaId, 5_000);
    const lastError = expect.objectContaining({ code: 'BROKEN' });
    const ticket = { sagaId, awaited: 'TICKET', lastError };
    expect(lines).toContainEqual([
      'command sent again',
      expect.objectContaining({ ...ticket, attempt: 2 }),
    ]);
    expect(lines).toContainEqual(['saga needs attention', expect.objectContaining(ticket)]);
    expect(engine.needingAttention).toBe(0);
    await engine.stop();
  });

  it('tells which rejection or which silence it is undone for', async () => {
    const { engine, begin } = newEngine(({ step }) => (step === 'HOTEL' ? FULL : DONE));
    const sagaId = await begin();
    await engine.waitForEnd(sagaId, 5_000);
    const why = { sagaId, step: 'HOTEL', kind: 'rejected', code: 'FULL' };
    expect(lines).toEqual([['undoing', expect.objectContaining(why)]]);
    await engine.stop();
  });
});

describe('the observer of an engine', () => {
  it('is told of each commit in its order, and changes nothing by throwing', async () => {
    const told: string[] = [];
    const database = new MemoryDatabase();
    const observer = {
      committed: (before: SagaInstance, event: string, after: SagaInstance) => {
        told.push(`${event}: ${currentStepOf(before)} to ${currentStepOf(after)}`);
        throw new Error('out of order');
      },
    };
    const answer = () => DONE;
    const { engine, begin } = engineOn(new MemorySagaStore(database), answer, {}, observer);
    expect(await engine.waitForEnd(await begin(), 5_000)).toMatchObject({ phase: 'done' });
    expect(told).toEqual([
      'replied: FLIGHT to HOTEL',
      'replied: HOTEL to TICKET',
      'replied: TICKET to COMPLETED',
    ]);
    expect(
      lines.filter(([message]) => message === 'the observer of the sagas failed'),
    ).toHaveLength(3);
    await engine.stop();
  });
});
