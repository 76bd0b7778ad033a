import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineStopped } from './engine.js';
import { engineOn, type RunningEngine } from './fixtures/engines.js';
import { trip } from './fixtures/trip.js';
import type { OutgoingCommand } from './ports.js';
import { MemoryDatabase, MemorySagaStore, type Answer } from './testing/index.js';

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
  it('lets go of a saga that another one took, and still tells its end', async () => {
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

  it('names a reply that comes when another one took the saga as a no-op', async () => {
    const slow = newEngine(() => 'silence');
    const sagaId = await slow.begin();
    const other = newEngine(() => 'silence');
    await other.engine.run();
    await waitFor('the takeover', () => other.counts.get('taken-over') === 1);
    const reply = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1 } as const;
    const outcome = { kind: 'done', response: {} } as const;
    expect(await slow.engine.onReply({ ...reply, outcome })).toBe('not-here');
  });

  it('stops although the database is away', async () => {
    const { engine, begin } = newEngine(() => 'silence');
    await begin();
    database.down = new Error('the database is away');
    await engine.stop();
    expect(engine.inFlight).toBe(0);
  });

  it('sends the awaited command of a saga it took over again, with the same attempt', async () => {
    const dead = newEngine(() => 'silence');
    const sagaId = await dead.begin();
    const other = newEngine();
    await other.engine.run();
    await other.engine.waitForEnd(sagaId, 5_000);
    expect(other.received(sagaId)[0]).toBe('FLIGHT do 1');
    expect(other.reached).toContain('orchestrator.mid-takeover');
  });

  it('gives its sagas up at once when it stops', async () => {
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

  it('finds a saga of its own again that memory never knew', async () => {
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
});
