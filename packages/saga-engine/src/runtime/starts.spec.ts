import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { trip } from '../fixtures/trip.js';
import { normalId } from '../core/ids.js';
import { JSON_LENGTH_MAX } from '../core/json.js';
import { DONE, MemoryDatabase, MemorySagaStore } from '../testing/index.js';
import { processTimers } from './timers.js';

let database: MemoryDatabase;
let running: RunningEngine<MemorySagaStore>;

beforeEach(() => {
  database = new MemoryDatabase();
  running = engineOn(new MemorySagaStore(database), () => DONE, { scanEveryMs: 60_000 });
});
afterEach(() => running.engine.stop());

const tripTo = (to: unknown, sagaId: string = randomUUID()) => ({
  definition: trip,
  sagaId,
  subjectId: randomUUID(),
  input: { to } as { to: string },
});
const cycle: unknown[] = [];
cycle.push(cycle);

describe('a start that cannot be recorded', () => {
  it.each<[string, object, string]>([
    ['a BigInt in its input', { input: { to: 1n } }, 'input'],
    ['a cycle in its input', { input: cycle }, 'input'],
    ['too large an input', { input: 'x'.repeat(JSON_LENGTH_MAX) }, 'input'],
    ['no input', { input: undefined }, 'input'],
    ['a function for an input', { input: () => 1 }, 'input'],
    ['a requestId that is no text', { requestId: 7 }, 'requestId'],
    ['a requestId with a NUL', { requestId: 'a\0b' }, 'requestId'],
    ['no saga id', { sagaId: '' }, 'sagaId'],
    ['a subject id that is no text', { subjectId: {} }, 'subjectId'],
    [
      'a definition that the engine was not given',
      { definition: { ...trip, version: 9 } },
      'definition',
    ],
  ])('is refused alone, naming the member: %s', async (_name, wrong, member) => {
    const { engine } = running;
    const [before, bad, behind] = [tripTo('Rome'), { ...tripTo('Rome'), ...wrong }, tripTo('Oslo')];
    const starts = [engine.start(before), engine.start(bad), engine.start(behind)];
    const answers = await Promise.allSettled(starts);
    expect(answers[1]).toMatchObject({ reason: { name: 'StartRefused', member } });
    for (const { sagaId } of [before, behind]) {
      expect(await engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'done' });
    }
    expect(database.rows.size).toBe(2);
  });
});

describe('a start that is repeated', () => {
  it('after its answer was lost is driven at once by the instance that recorded it', async () => {
    const { engine, store, received } = running;
    const asked = tripTo('Rome');
    const losing = async (prepared: Parameters<typeof store.insert>[0]) => {
      await store.insert(prepared);
      throw new Error('connection lost');
    };
    await expect(engine.start(asked, losing)).rejects.toThrow('connection lost');
    expect(await engine.start(asked)).toEqual({ kind: 'exists' });
    expect(await engine.waitForEnd(asked.sagaId, 5_000)).toMatchObject({ phase: 'done' });
    expect(received(asked.sagaId)).toEqual(['FLIGHT do 1', 'HOTEL do 1', 'TICKET do 1']);
  });

  it('with a persist of its own is driven at once, too', async () => {
    const { engine, store } = running;
    const asked = tripTo('Rome');
    let isLost = true;
    const persist = async (prepared: Parameters<typeof store.insert>[0]) => {
      const { kind } = await store.insert(prepared);
      if (isLost) throw new Error('connection lost');
      return { kind, sagaId: asked.sagaId };
    };
    await expect(engine.start(asked, persist)).rejects.toThrow('connection lost');
    isLost = false;
    expect(await engine.start(asked, persist)).toMatchObject({ kind: 'exists' });
    expect(await engine.waitForEnd(asked.sagaId, 5_000)).toMatchObject({ phase: 'done' });
  });

  it('leaves a saga to the other instance that drives it', async () => {
    const other = engineOn(new MemorySagaStore(database), () => 'silence');
    const asked = tripTo('Rome');
    await other.engine.start(asked);
    expect(await running.engine.start(asked)).toEqual({ kind: 'exists' });
    expect(running.engine.inFlight).toBe(0);
    await other.engine.stop();
  });

  it('with the same input in another order is the same, with any other one it is refused', async () => {
    const { engine } = running;
    const asked = { ...tripTo('Rome'), input: { to: 'Rome', by: { sea: true, air: false } } };
    await engine.start(asked);
    const same = { ...asked, input: { by: { air: false, sea: true }, to: 'Rome' } };
    expect(await engine.start(same)).toEqual({ kind: 'exists' });
    const other = { ...asked, input: { ...asked.input, by: { sea: false, air: true } } };
    expect(await engine.start(other)).toEqual({ kind: 'other-input' });
    await engine.waitForEnd(asked.sagaId, 5_000);
    expect(await engine.start(other)).toEqual({ kind: 'other-input' });
  });

  it('means the same saga however its UUID is written', async () => {
    const { engine } = running;
    const asked = tripTo('Rome');
    const upper = { ...asked, sagaId: asked.sagaId.toUpperCase() };
    expect(await engine.start(upper)).toMatchObject({
      kind: 'started',
      instance: { sagaId: asked.sagaId },
    });
    expect(await engine.start(asked)).toEqual({ kind: 'exists' });
    expect(await engine.waitForEnd(upper.sagaId, 5_000)).toMatchObject({ phase: 'done' });
    const operated = await engine.operate(upper.sagaId, 'retry');
    expect(operated).toMatchObject({ kind: 'refused', reason: 'finished' });
  });
});

describe('an id', () => {
  const id = '0123abcd-89ab-4cde-8f01-23456789abcd';
  it.each([
    ['upper case', id.toUpperCase()],
    ['braces', `{${id}}`],
    ['no hyphens', id.replaceAll('-', '')],
    ['its normal form', id],
  ])('that is a UUID in %s has one form', (_name, written) => {
    expect(normalId(written)).toBe(id);
  });

  it('that is no UUID stays as it is', () => {
    expect(normalId('Saga-1')).toBe('Saga-1');
  });
});

describe('a wait for the end', () => {
  it.each([30 * 86_400_000, 2 ** 31, Number.MAX_SAFE_INTEGER, Infinity])(
    'of %d ms is one wait, however little setTimeout holds',
    async (maxMs) => {
      const other = engineOn(new MemorySagaStore(database), () => 'silence');
      const asked = tripTo('Rome');
      await other.engine.start(asked);
      const timers = jest.spyOn(processTimers, 'after');
      const waiting = other.engine.waitForEnd(asked.sagaId, maxMs);
      for (let turns = 0; turns < 1_000; turns++) await new Promise((next) => setImmediate(next));
      const long = timers.mock.calls.filter(([delayMs]) => delayMs > 1_000_000);
      timers.mockRestore();
      expect(long).toHaveLength(1);
      await other.engine.stop();
      expect(await waiting).toBeUndefined();
    },
  );

  it('of no number is refused', async () => {
    await expect(running.engine.waitForEnd('a', NaN)).rejects.toThrow(RangeError);
  });
});

describe('the timers of the process', () => {
  it('ring once, and not before their time, however far that is', () => {
    jest.useFakeTimers();
    try {
      const days = 86_400_000;
      const rang: string[] = [];
      processTimers.after(30 * days, () => rang.push('30 days'));
      processTimers.after(Infinity, () => rang.push('never'));
      const callOff = processTimers.after(60 * days, () => rang.push('called off'));
      jest.advanceTimersByTime(30 * days - 1);
      expect(rang).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(rang).toEqual(['30 days']);
      callOff();
      jest.advanceTimersByTime(400 * days);
      expect(rang).toEqual(['30 days']);
    } finally {
      jest.useRealTimers();
    }
  });
});
