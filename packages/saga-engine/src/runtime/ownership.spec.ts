import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EngineStopped } from './engine.js';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { trip } from '../fixtures/trip.js';
import { isOpen, type OpenSaga } from '../core/instance.js';
import type { OutgoingCommand } from './ports.js';
import { DONE, MemoryDatabase, MemorySagaStore, type Answer } from '../testing/index.js';

type Memory = RunningEngine<MemorySagaStore>;

let database: MemoryDatabase;
let engines: Memory[];

beforeEach(() => {
  database = new MemoryDatabase();
  engines = [];
});
afterEach(async () => {
  database.down = undefined;
  await Promise.all(engines.map(({ engine }) => engine.stop()));
});

function newEngine(answer?: (command: OutgoingCommand) => Answer): Memory {
  const made = engineOn(new MemorySagaStore(database), answer);
  engines.push(made);
  return made;
}

describe('more than one instance', () => {
  it('drop a saga that another instance took, and still tell its end', async () => {
    const slow = newEngine(() => 'silence');
    const sagaId = await slow.begin();
    const other = newEngine();
    await other.engine.run(); // slow never sent a heartbeat
    const waiting = slow.engine.waitForEnd(sagaId, 5_000);
    expect(await waiting).toMatchObject({ phase: 'done', epoch: 2 });
    expect(slow.counts.get('dropped')).toBe(1);
    expect(slow.engine.inFlight).toBe(0);
    expect(other.counts.get('taken-over')).toBe(1);
  });

  it('do nothing more about a saga that another instance took', async () => {
    const store = new MemorySagaStore(database);
    const clock = { nowMs: jest.fn(() => database.nowMs()) };
    jest.spyOn(store, 'clock', 'get').mockReturnValue(clock);
    const slow = engineOn(store, () => 'silence');
    engines.push(slow);
    const sagaId = await slow.begin();
    const other = newEngine((command) => (command.attempt === 1 ? 'silence' : DONE));
    await other.engine.run();
    await waitFor('the saga to be let go of', () => slow.counts.get('dropped') === 1);
    clock.nowMs.mockClear();
    await other.engine.waitForEnd(sagaId, 5_000); // several reply timeouts later
    expect(clock.nowMs).not.toHaveBeenCalled();
  });

  it('park a saga that its definition cannot drive, and log it once, not at each scan', async () => {
    const errors = jest.spyOn(silentLogger, 'error');
    const dead = newEngine(() => 'silence');
    const row = database.rows.get(await dead.begin())!;
    row.instance = { ...(row.instance as OpenSaga), awaited: 'A_STEP_OF_OLD' };
    const { engine, counts, store } = newEngine();
    await engine.run();
    const tried = async () => {
      const saga = await store.load(row.instance.sagaId);
      return saga !== undefined && isOpen(saga) && saga.version >= 6 && saga;
    };
    const parked = await waitFor('it to be tried again a few times', tried);
    expect(parked).toMatchObject({ needsAttention: true, lastError: { code: 'UNKNOWN_COMMAND' } });
    expect(errors.mock.calls.map(([, message]) => message)).toEqual(['saga needs attention']);
    expect(counts.get('attention')).toBe(1);
    expect(engine.needingAttention).toBe(1);
    errors.mockRestore();
  });

  it('ignore a reply that comes after another instance took the saga', async () => {
    const slow = newEngine(() => 'silence');
    const sagaId = await slow.begin();
    const other = newEngine(() => 'silence');
    await other.engine.run();
    await waitFor('the takeover', () => other.counts.get('taken-over') === 1);
    const reply = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1 } as const;
    const outcome = { kind: 'done', response: {} } as const;
    expect(await slow.engine.onReply({ ...reply, outcome })).toBe('not-here');
  });

  it('stop although the database is away', async () => {
    const { engine, begin } = newEngine(() => 'silence');
    await begin();
    database.down = new Error('the database is away');
    await engine.stop();
    expect(engine.inFlight).toBe(0);
  });

  it('send the awaited command of a saga that was taken over again, as the same attempt', async () => {
    const dead = newEngine(() => 'silence');
    const sagaId = await dead.begin();
    const other = newEngine();
    await other.engine.run();
    await other.engine.waitForEnd(sagaId, 5_000);
    expect(other.received(sagaId)[0]).toBe('FLIGHT do 1');
    expect(other.reached).toContain('mid-takeover');
  });

  it('take nothing over while they drain', async () => {
    const { engine, store, begin, counts } = newEngine(() => 'silence');
    await engine.run();
    await begin();
    const draining = engine.drain(5_000);
    const dead = newEngine(() => 'silence');
    await dead.begin();
    const beats = jest.spyOn(store, 'heartbeat');
    await waitFor('a while to pass', () => beats.mock.calls.length > 5);
    expect(counts.get('taken-over')).toBeUndefined();
    await engine.stop();
    await draining;
  });

  it('give their sagas up at once when they stop', async () => {
    const stopping = newEngine(() => 'silence');
    await stopping.engine.run();
    const sagaId = await stopping.begin();
    await stopping.engine.stop();
    const other = newEngine();
    await other.engine.run();
    expect(await other.engine.waitForEnd(sagaId, 900)).toMatchObject({ phase: 'done' });
    const outcome = { kind: 'done', response: {} } as const;
    const late = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1, outcome } as const;
    await expect(stopping.engine.onReply(late)).rejects.toThrow(EngineStopped);
    await expect(stopping.begin()).rejects.toThrow(EngineStopped);
  });

  it('find an own saga that was never in memory', async () => {
    const { engine, store, begin } = newEngine();
    const lost = engine.start(
      { definition: trip, sagaId: 'lost', subjectId: 's', input: { to: 'Rome' } },
      async (prepared) => {
        await store.insert(prepared);
        throw new Error('commit outcome unknown');
      },
    );
    await expect(lost).rejects.toThrow('commit outcome unknown');
    await engine.run();
    await begin();
    expect(await engine.waitForEnd('lost', 5_000)).toMatchObject({ phase: 'done' });
  });

  it('drive a saga once that the scan found before its insert was confirmed', async () => {
    const oneByOne = { commandsPerQueueMax: 1, reservedPerQueue: 0 };
    const store = new MemorySagaStore(database);
    const one = engineOn(store, ({ attempt }) => (attempt === 1 ? 'silence' : DONE), oneByOne);
    engines.push(one);
    await one.engine.run();
    await one.engine.start(
      { definition: trip, sagaId: 'late', subjectId: 's', input: { to: 'Rome' } },
      async (prepared) => {
        await store.insert(prepared);
        await waitFor('the scan', () => one.received('late').length === 1);
        return { kind: 'inserted' } as const;
      },
    );
    // Its first command holds the only place, until its reply is given up.
    expect(await one.engine.waitForEnd('late', 5_000)).toMatchObject({ phase: 'done' });
    expect(one.received('late').filter((command) => command === 'FLIGHT do 1')).toHaveLength(1);
  });
});
