import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EngineStopped, type EngineOptions } from './engine.js';
import { engineOn, type RunningEngine } from '../fixtures/engines.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { trip } from '../fixtures/trip.js';
import { isOpen } from '../core/instance.js';
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

function newEngine(
  answer?: (command: OutgoingCommand) => Answer,
  settings?: EngineOptions['settings'],
): Memory {
  const made = engineOn(new MemorySagaStore(database), answer, settings);
  engines.push(made);
  return made;
}

const first = (step: string, answer: Answer) => (command: OutgoingCommand) =>
  command.step === step && command.attempt === 1 ? answer : DONE;

const FULL: Answer = { kind: 'rejected', code: 'FULL', message: 'no room' };

describe('driving a saga', () => {
  it('sends each step once and tells the caller the end', async () => {
    const { engine, begin, received, counts } = newEngine();
    const sagaId = await begin();
    expect(await engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'done' });
    expect(received(sagaId)).toEqual(['FLIGHT do 1', 'HOTEL do 1', 'TICKET do 1']);
    expect(Object.fromEntries(counts)).toEqual({ started: 1, replied: 3, done: 1 });
    expect(engine.inFlight).toBe(0);
  });

  it('gives a command the same id in every attempt, and what the saga knows', async () => {
    const { engine, begin, participants } = newEngine(first('FLIGHT', 'silence'));
    const sagaId = await begin();
    await engine.waitForEnd(sagaId, 5_000);
    const flights = participants.received.filter((command) => command.step === 'FLIGHT');
    expect(flights.map(({ id, attempt }) => ({ id, attempt }))).toEqual([
      { id: `${sagaId}:FLIGHT:do`, attempt: 1 },
      { id: `${sagaId}:FLIGHT:do`, attempt: 2 },
    ]);
    expect(flights[0]).toMatchObject({ queue: 'flights', pattern: 'book', data: { to: 'Rome' } });
  });

  it('undoes in reverse and tells why', async () => {
    const { engine, begin, received } = newEngine(first('TICKET', FULL));
    const sagaId = await begin();
    await waitFor('the pivot to be retried after a rejection that it does not declare', () =>
      received(sagaId).includes('TICKET do 2'),
    );
    expect(await engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'done' });
    const other = newEngine(first('HOTEL', FULL));
    const undone = await other.begin();
    const ended = await other.engine.waitForEnd(undone, 5_000);
    expect(ended).toMatchObject({ phase: 'undone', failure: { code: 'FULL', step: 'HOTEL' } });
    expect(other.received(undone)).toEqual(['FLIGHT do 1', 'HOTEL do 1', 'FLIGHT undo 1']);
  });

  it('has one transition of a saga in flight, and applies a reply that comes twice once', async () => {
    const { engine, begin, store, received } = newEngine(() => 'silence');
    const sagaId = await begin();
    const reply = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1 } as const;
    const outcome = { kind: 'done', response: {} } as const;
    const replies = [engine.onReply({ ...reply, outcome }), engine.onReply({ ...reply, outcome })];
    expect(await Promise.all(replies)).toEqual(['applied', 'not-awaited']);
    expect(received(sagaId)).toEqual(['FLIGHT do 1', 'HOTEL do 1']);
    expect(await store.history(sagaId)).toHaveLength(3);
  });

  it('resolves a reply only once it is committed', async () => {
    const { engine, begin, store } = newEngine(() => 'silence');
    const sagaId = await begin();
    const outcome = { kind: 'done', response: {} } as const;
    await engine.onReply({ sagaId, step: 'FLIGHT', direction: 'do', attempt: 1, outcome });
    expect(await store.load(sagaId)).toMatchObject({ awaited: 'HOTEL', version: 2 });
  });

  it('ignores a reply to a saga that it does not drive', async () => {
    const { engine, counts } = newEngine();
    const reply = { sagaId: 'x', step: 'FLIGHT', direction: 'do', attempt: 1 } as const;
    expect(await engine.onReply({ ...reply, outcome: { kind: 'done', response: {} } })).toBe(
      'not-here',
    );
    expect(counts.get('ignored')).toBe(1);
  });

  it('passes its fault points in the order in which things become true', async () => {
    const { engine, begin, reached } = newEngine(first('HOTEL', FULL));
    await engine.waitForEnd(await begin(), 5_000);
    expect(reached.slice(0, 5)).toEqual([
      'after-commit-before-publish',
      'after-publish',
      'reply-before-commit',
      'after-commit-before-publish',
      'commit-before-ack',
    ]);
  });
});

describe('starting', () => {
  it('starts nothing when the transaction of the caller refuses it', async () => {
    const { engine, participants } = newEngine();
    const request = { definition: trip, sagaId: 'a', subjectId: 'b', input: { to: 'Rome' } };
    const started = await engine.start(
      request,
      async () => ({ kind: 'replayed', of: 'c' }) as const,
    );
    expect(started).toEqual({ kind: 'replayed', of: 'c' });
    expect(participants.received).toEqual([]);
    expect(engine.inFlight).toBe(0);
  });

  it('answers that a saga exists, and its end can be waited for', async () => {
    const { engine, begin } = newEngine();
    const sagaId = await begin();
    const again = { definition: trip, sagaId, subjectId: 'b', input: { to: 'Rome' } };
    expect(await engine.start(again)).toEqual({ kind: 'exists' });
    const other = { ...again, input: { to: 'Oslo' } };
    expect(await engine.start(other)).toEqual({ kind: 'other-input' });
    expect(await engine.waitForEnd(sagaId, 5_000)).toMatchObject({ input: { to: 'Rome' } });
  });
});

describe('waiting for the end', () => {
  it('gives up when its time is up, and at once when there is no such saga', async () => {
    const { engine, begin } = newEngine(() => 'silence');
    const sagaId = await begin();
    expect(await engine.waitForEnd(sagaId, 30)).toBeUndefined();
    expect(await engine.waitForEnd('unknown', 60_000)).toBeUndefined();
  });

  it('is told at once when the engine stops', async () => {
    const { engine, begin } = newEngine(() => 'silence');
    const waiting = engine.waitForEnd(await begin(), 60_000);
    await engine.stop();
    expect(await waiting).toBeUndefined();
  });

  it('looks at the row of a saga that another instance drives', async () => {
    const [driving, asking] = [newEngine(), newEngine()];
    const sagaId = await driving.begin();
    expect(await asking.engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'done' });
  });
});

describe('a broker in trouble', () => {
  it.each(['broker-away', 'unroutable'] as const)(
    'sends again without counting an attempt: %s',
    async (why) => {
      let troubles = 4;
      const { engine, begin, received, counts, store } = newEngine(() =>
        troubles-- > 0 ? why : DONE,
      );
      const sagaId = await begin();
      await engine.waitForEnd(sagaId, 5_000);
      expect(received(sagaId)).toEqual(['FLIGHT do 1', 'HOTEL do 1', 'TICKET do 1']);
      expect(counts.get('unsent')).toBe(4);
      const code = why === 'unroutable' ? 'UNROUTABLE' : 'BROKER_AWAY';
      expect((await store.history(sagaId))[1]).toMatchObject({
        data: { attempts: 1, lastError: { code, unsent: 4 } },
      });
    },
  );

  it('sends what is awaited again when replies may have been lost', async () => {
    const { engine, begin, received } = newEngine(() => 'silence');
    const [a, b] = [await begin(), await begin()];
    engine.resendAwaited();
    await waitFor('both to be sent again', () => received(a).length + received(b).length === 4);
    expect([received(a), received(b)]).toEqual([
      ['FLIGHT do 1', 'FLIGHT do 1'],
      ['FLIGHT do 1', 'FLIGHT do 1'],
    ]);
  });

  it('sends what it would not take as soon as it is back, and only that', async () => {
    let flight: Answer = 'silence';
    const away = { backoffMinMs: 60_000, backoffMaxMs: 60_000 };
    const answer = (command: OutgoingCommand) => (command.step === 'FLIGHT' ? flight : DONE);
    const { engine, begin, received, store } = newEngine(answer, away);
    const sent = await begin();
    flight = 'broker-away';
    const held = await begin();
    await waitFor('the saga to wait for the broker', async () => {
      const saga = await store.load(held);
      return saga && isOpen(saga) && saga.waitingFor === 'resend';
    });
    flight = DONE;
    engine.resendUnsent();
    expect(await engine.waitForEnd(held, 5_000)).toMatchObject({ phase: 'done' });
    expect(received(held)).toEqual(['FLIGHT do 1', 'HOTEL do 1', 'TICKET do 1']);
    expect(received(sent)).toEqual(['FLIGHT do 1']);
  });
});

describe('a line of the log about a saga', () => {
  it('carries its id, its subject and its request, whatever went wrong', async () => {
    const lines: object[] = [];
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      jest.spyOn(silentLogger, level).mockImplementation((fields) => void lines.push(fields));
    }
    const fault: Answer = { kind: 'fault', code: 'BROKEN', message: 'broken' };
    const refusing = (c: OutgoingCommand) => (c.step === 'TICKET' && c.attempt < 3 ? fault : DONE);
    const { engine, store } = newEngine(refusing, { attentionAfterAttempts: 1 });
    const ids = { sagaId: 'a', subjectId: 'b', requestId: 'c' };
    store.loseNextCommit = 'after';
    await engine.start({ definition: trip, ...ids, input: { to: 'Rome' } });
    await engine.waitForEnd('a', 5_000);
    expect(lines.length).toBeGreaterThan(1);
    for (const fields of lines) expect(fields).toMatchObject(ids);
    jest.restoreAllMocks();
  });
});

describe('a database in trouble', () => {
  it.each(['before', 'after'] as const)(
    'reads the row again when a commit was lost %s it happened, and goes on',
    async (lost) => {
      const { engine, begin, store, received, counts } = newEngine(() => 'silence');
      const sagaId = await begin();
      store.loseNextCommit = lost;
      const outcome = { kind: 'done', response: {} } as const;
      await engine.onReply({ sagaId, step: 'FLIGHT', direction: 'do', attempt: 1, outcome });
      expect(received(sagaId)).toEqual(['FLIGHT do 1', 'HOTEL do 1']);
      expect(counts.get('outcome-unknown')).toBe(1);
      expect((await store.history(sagaId)).map((row) => `${row.step} ${row.status}`)).toEqual([
        'FLIGHT STARTED',
        'FLIGHT COMPLETED',
        'HOTEL STARTED',
      ]);
    },
  );

  it('finishes a saga whose last commit was lost after it happened', async () => {
    const { engine, begin, store } = newEngine((c) => {
      if (c.step === 'TICKET') store.loseNextCommit = 'after';
      return DONE;
    });
    const sagaId = await begin();
    expect(await engine.waitForEnd(sagaId, 5_000)).toMatchObject({ phase: 'done' });
    expect(engine.inFlight).toBe(0);
  });

  it('waits for a database that is away, and then applies the reply', async () => {
    const { engine, begin, received, counts } = newEngine(() => 'silence');
    const sagaId = await begin();
    database.down = new Error('the database is away');
    const outcome = { kind: 'done', response: {} } as const;
    const reply = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1, outcome } as const;
    let applied: string | undefined;
    const applying = engine.onReply(reply).then((how) => (applied = how));
    await waitFor('the commit to be in doubt', () => counts.get('outcome-unknown') === 1);
    expect(applied).toBeUndefined();
    database.down = undefined;
    expect(await applying).toBe('applied');
    expect(received(sagaId)).toContain('HOTEL do 1');
  });
});

describe('draining', () => {
  it('starts nothing more and waits for what it drives', async () => {
    const { engine, begin, store } = newEngine();
    const sagaId = await begin();
    await engine.drain(5_000);
    expect(isOpen((await store.load(sagaId))!)).toBe(false);
    await expect(begin()).rejects.toThrow(EngineStopped);
  });
});
