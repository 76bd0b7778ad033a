import { randomUUID } from 'node:crypto';
import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { booking, bookingSpec, input } from '../fixtures/booking.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { trip } from '../fixtures/trip.js';
import { defineSaga, type SagaDefinition } from '../core/define.js';
import { statusOf } from '../core/instance.js';
import { SagaEngine } from './engine.js';
import type { EngineCount, OutgoingCommand } from './ports.js';
import {
  DONE,
  MemoryDatabase,
  MemorySagaStore,
  Participants,
  type Answer,
} from '../testing/index.js';

const SETTINGS = {
  backoffMinMs: 5,
  backoffMaxMs: 20,
  heartbeatEveryMs: 20,
  silentAfterMs: 1_000,
  takeoverEveryMs: 20,
  dueEveryMs: 10,
  scanEveryMs: 20,
  overdueByMs: 50,
  pollEveryMs: 10,
  rereadMaxMs: 20,
};

let database: MemoryDatabase;
let aheadMs: number;
let engines: SagaEngine[];
let counts: Map<EngineCount, number>;

beforeEach(() => {
  aheadMs = 0;
  database = new MemoryDatabase({ nowMs: () => 1_000_000 + performance.now() + aheadMs });
  engines = [];
  counts = new Map();
});
afterEach(() => Promise.all(engines.map((engine) => engine.stop())));

function newEngine(
  answer: (command: OutgoingCommand) => Answer = () => DONE,
  definitions: readonly unknown[] = [booking],
) {
  const store = new MemorySagaStore(database);
  const participants = new Participants(answer);
  const engine = new SagaEngine({
    definitions: definitions as SagaDefinition[],
    store,
    sender: participants,
    clock: store.clock,
    logger: silentLogger,
    settings: SETTINGS,
    counters: { count: (name) => counts.set(name, (counts.get(name) ?? 0) + 1) },
  });
  participants.repliesTo((reply) => engine.onReply(reply));
  engines.push(engine);
  const sent = () => participants.received.map(({ step, direction }) => `${step} ${direction}`);
  return { engine, store, sent };
}

async function begin(engine: SagaEngine): Promise<string> {
  const sagaId = randomUUID();
  await engine.start({ definition: booking, sagaId, subjectId: randomUUID(), input });
  return sagaId;
}

const rowOf = (sagaId: string) => database.rows.get(sagaId)!.instance;
const until = (sagaId: string, at: string) =>
  waitFor(at, async () => {
    const row = rowOf(sagaId);
    return (row.phase === 'waiting' ? row.waitsAt : statusOf(row)) === at;
  });

async function waiting(engine: SagaEngine): Promise<string> {
  const sagaId = await begin(engine);
  await until(sagaId, 'HOST_DECIDES');
  return sagaId;
}

const accept = { id: 'click-1', name: 'accept' };
const cancel = { id: 'click-2', name: 'guest-cancel' };

describe('a saga that waits', () => {
  it('is in the memory of no process, and goes on at any process that its signal comes to', async () => {
    const [one, other] = [newEngine(), newEngine()];
    const sagaId = await waiting(one.engine);
    expect([one.engine.inFlight, other.engine.inFlight]).toEqual([0, 0]);
    expect(await other.engine.signal(sagaId, accept)).toEqual({
      kind: 'applied',
      isRepeated: false,
    });
    await until(sagaId, 'GUEST_PAYS');
    expect(other.sent()).toEqual(['ROOM_HELD do']);
    expect(one.sent()).toEqual(['BOOKED do']);
    expect(other.engine.inFlight).toBe(0);
  });

  it('leaves its wait when its time comes, also when its first process is gone', async () => {
    const one = newEngine();
    await one.engine.run();
    const sagaId = await waiting(one.engine);
    await one.engine.stop();
    const other = newEngine();
    await other.engine.run();
    aheadMs = 40_001;
    await until(sagaId, 'COMPENSATED');
    expect(rowOf(sagaId)).toMatchObject({ failure: { code: 'HOST_SILENT' } });
    expect(counts.get('timed-out')).toBe(1);
    expect(other.sent()).toEqual(['BOOKED undo']);
  });

  it('goes through all its waits to its end', async () => {
    const { engine } = newEngine();
    const sagaId = await waiting(engine);
    const names = ['accept', 'exhausted', 'arrive', 'agree', 'leave'];
    for (const name of names) {
      await waitFor(`${name} to be awaited`, async () => {
        return (await engine.signal(sagaId, { id: randomUUID(), name })).kind === 'applied';
      });
    }
    expect(await engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'done' });
  });

  it('is undone for an operator, by any process', async () => {
    const [one, other] = [newEngine(), newEngine()];
    const sagaId = await waiting(one.engine);
    const refused = { kind: 'refused', reason: 'waiting' };
    expect(await other.engine.operate(sagaId, 'retry')).toMatchObject(refused);
    expect(await other.engine.operate(sagaId, 'compensate')).toMatchObject({ kind: 'done' });
    await until(sagaId, 'COMPENSATED');
    expect(other.sent()).toEqual(['BOOKED undo']);
  });

  it('keeps its version in use until it has ended', async () => {
    const { engine } = newEngine();
    const sagaId = await waiting(engine);
    expect(await engine.drained('booking', 1)).toBe(false);
    await engine.signal(sagaId, cancel);
    await until(sagaId, 'COMPENSATED');
    expect(await engine.drained('booking', 1)).toBe(true);
  });
});

describe('a signal', () => {
  it('has one effect and one answer, however often and wherever it is sent', async () => {
    const [one, other] = [newEngine(), newEngine()];
    const sagaId = await waiting(one.engine);
    const answers = await Promise.all(
      [one, other, one, other].map(({ engine }) => engine.signal(sagaId, accept)),
    );
    await until(sagaId, 'GUEST_PAYS');
    answers.push(await one.engine.signal(sagaId, accept));
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'applied'));
    const first = answers.filter((answer) => 'isRepeated' in answer && !answer.isRepeated);
    expect(first).toHaveLength(1);
    expect(counts.get('signalled')).toBe(1);
  });

  it('that was refused stays refused, although it is awaited later', async () => {
    const { engine } = newEngine();
    const sagaId = await waiting(engine);
    const arrive = { id: 'click-9', name: 'arrive' };
    const refused = await engine.signal(sagaId, arrive);
    expect(refused).toMatchObject({ kind: 'refused', reason: 'not-awaited', at: 'HOST_DECIDES' });
    await engine.signal(sagaId, accept);
    await until(sagaId, 'GUEST_PAYS');
    await engine.signal(sagaId, { id: 'hook', name: 'exhausted' });
    await until(sagaId, 'GUEST_ARRIVES');
    expect(await engine.signal(sagaId, arrive)).toEqual({ ...refused, isRepeated: true });
    expect(await engine.signal(sagaId, { ...arrive, id: 'click-10' })).toMatchObject({
      kind: 'applied',
    });
  });

  it('with the id of another one is told so, and has no effect', async () => {
    const { engine } = newEngine();
    const sagaId = await waiting(engine);
    await engine.signal(sagaId, { id: 'x', name: 'agree', data: { a: 1 } });
    expect(await engine.signal(sagaId, { id: 'x', name: 'accept' })).toEqual({
      kind: 'other-signal',
    });
    const other = { id: 'x', name: 'agree', data: { a: 2 } };
    expect(await engine.signal(sagaId, other)).toEqual({ kind: 'other-signal' });
    expect(rowOf(sagaId).phase).toBe('waiting');
  });

  it('to a saga of a version that this process does not have is left to another process', async () => {
    const old = newEngine(undefined, [defineSaga({ ...bookingSpec, version: 2 })]);
    const { engine } = newEngine();
    const sagaId = await waiting(engine);
    expect(await old.engine.signal(sagaId, accept)).toEqual({ kind: 'unknown-definition' });
    expect(await engine.signal(sagaId, accept)).toMatchObject({
      kind: 'applied',
      isRepeated: false,
    });
  });

  it('to no saga, or that nothing can record, is refused without a record', async () => {
    const { engine } = newEngine();
    expect(await engine.signal(randomUUID(), accept)).toEqual({ kind: 'absent' });
    const sagaId = await waiting(engine);
    const invalid = (signal: object) =>
      expect(engine.signal(sagaId, { ...accept, ...signal })).rejects.toThrow('its ');
    await invalid({ id: '' });
    await invalid({ id: 'x'.repeat(201) });
    await invalid({ name: 'a\0b' });
    await invalid({ id: 'half \ud800' });
    await invalid({ data: 1n });
    expect(database.rows.get(sagaId)!.signals.size).toBe(0);
  });

  it('whose commit had no answer has been applied, and the saga is driven when it is sent again', async () => {
    const { engine, store } = newEngine();
    const sagaId = await waiting(engine);
    store.loseNextCommit = 'after';
    await expect(engine.signal(sagaId, accept)).rejects.toThrow('connection lost');
    expect(await engine.signal(sagaId, accept)).toEqual({ kind: 'applied', isRepeated: true });
    await until(sagaId, 'GUEST_PAYS');
  });

  it('that is kept ends its wait at once when the wait begins', async () => {
    const [one, other] = [newEngine(), newEngine()];
    const sagaId = await waiting(one.engine);
    const paid = { id: 'hook-1', name: 'paid', data: { paymentId: 'p-1' } };
    expect(await other.engine.signal(sagaId, paid)).toMatchObject({ kind: 'kept' });
    await one.engine.signal(sagaId, accept);
    await until(sagaId, 'GUEST_ARRIVES');
    expect(rowOf(sagaId).kept).toEqual({ GUEST_PAYS: { paymentId: 'p-1' } });
    expect(await one.engine.signal(sagaId, paid)).toEqual({ kind: 'kept', isRepeated: true });
    expect(await one.engine.signal(sagaId, { ...paid, id: 'hook-2' })).toMatchObject({
      kind: 'passed',
    });
  });
});

describe('a signal that ends a saga', () => {
  const silentAt = (step: string) => (command: OutgoingCommand) =>
    command.step === step && command.direction === 'do' ? 'silence' : DONE;

  it('at a process that does not drive it undoes it there, and the owner drops it', async () => {
    const [one, other] = [newEngine(silentAt('ROOM_HELD')), newEngine()];
    const sagaId = await waiting(one.engine);
    await one.engine.signal(sagaId, accept);
    await waitFor('the command', async () => one.sent().includes('ROOM_HELD do'));
    expect(await other.engine.signal(sagaId, cancel)).toMatchObject({ kind: 'applied' });
    await until(sagaId, 'COMPENSATED');
    expect(other.sent()).toEqual(['ROOM_HELD undo', 'BOOKED undo']);
    await waitFor('the owner to drop it', async () => one.engine.inFlight === 0);
  });

  it('at the process that drives it turns it round at once', async () => {
    const { engine, sent } = newEngine(silentAt('ROOM_HELD'));
    const sagaId = await waiting(engine);
    await engine.signal(sagaId, accept);
    await waitFor('the command', async () => sent().includes('ROOM_HELD do'));
    expect(await engine.signal(sagaId, cancel)).toMatchObject({ kind: 'applied' });
    await until(sagaId, 'COMPENSATED');
    expect(sent()).toEqual(['BOOKED do', 'ROOM_HELD do', 'ROOM_HELD undo', 'BOOKED undo']);
    expect(engine.inFlight).toBe(0);
  });

  it('in the moment of a reply turns it round, whichever is written first', async () => {
    const { engine } = newEngine();
    const all = await Promise.all(Array.from({ length: 30 }, () => waiting(engine)));
    await Promise.all(
      all.map(async (sagaId) => {
        await engine.signal(sagaId, accept);
        await engine.signal(sagaId, cancel);
        await until(sagaId, 'COMPENSATED');
      }),
    );
    expect(engine.inFlight).toBe(0);
  });
});

it('a process without definitions that wait never looks for times that have come', async () => {
  const { engine, store } = newEngine(undefined, [trip]);
  let looks = 0;
  store.takeDue = async () => {
    looks++;
    return [];
  };
  let scans = 0;
  store.ownOverdue = async () => {
    scans++;
    return [];
  };
  await engine.run();
  await waitFor('some scans', async () => scans > 3);
  expect(looks).toBe(0);
});
