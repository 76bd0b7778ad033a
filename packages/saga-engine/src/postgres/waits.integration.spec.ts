import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { booking, input } from '../fixtures/booking.js';
import { done, StoredSagas } from '../fixtures/stored-sagas.js';
import { NO_OWNER, type OpenSaga, type WaitingSaga } from '../core/instance.js';
import type { SagaDefinition } from '../core/define.js';
import { ENGINE_DEFAULTS } from '../core/settings.js';
import { prepare, transition, type SagaEvent, type Signal } from '../core/transition.js';
import type { SagaMove, SignalRecord } from '../runtime/ports.js';
import { tables } from '../fixtures/saga-database.js';
import { signalSaga, type PostgresSagaStore } from './index.js';

let sagas: StoredSagas;
let owner: PostgresSagaStore;
let other: PostgresSagaStore;

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
beforeEach(async () => {
  owner = await sagas.newStore();
  other = await sagas.newStore();
});
afterEach(async () => {
  await sagas.sql.query('TRUNCATE saga_signals');
  await sagas.empty();
});

const definition = booking as SagaDefinition;
const known = { definitions: [definition], limit: 100 };
const decide = (saga: OpenSaga | WaitingSaga, event: object, by: PostgresSagaStore) =>
  transition(
    definition,
    saga,
    { ...event, nowMs: by.clock.nowMs(), random: 0.5 } as SagaEvent,
    ENGINE_DEFAULTS,
  );

async function waitingSaga(): Promise<WaitingSaga> {
  const ids = { sagaId: randomUUID(), subjectId: randomUUID(), owner: owner.instanceId };
  const first = prepare(definition, { ...ids, input, nowMs: owner.clock.nowMs() });
  await owner.insert(first);
  const { instance, logs } = decide(first.instance, done('BOOKED'), owner);
  expect(await owner.save({ before: first.instance, instance, logs })).toBe('saved');
  return instance as WaitingSaga;
}

const accept: Signal = { id: 'click-1', name: 'accept' };

function moveOf(saga: OpenSaga | WaitingSaga, signal: Signal, by: PostgresSagaStore): SagaMove {
  const event = { kind: 'signalled', signal, by: by.instanceId };
  const { instance, logs, answer } = decide(saga, event, by);
  const record = { sagaId: saga.sagaId, ...signal, data: signal.data, answer: answer! };
  return { before: saga, instance, logs, signal: record };
}

const due = (saga: WaitingSaga) =>
  sagas.sql.query(`UPDATE saga_state SET due_at = now() - interval '1 s' WHERE saga_id = $1`, [
    saga.sagaId,
  ]);
const steps = async (sagaId: string) =>
  (await owner.history(sagaId)).map(({ step, status }) => `${step} ${status}`);

describe('the row of a saga that waits', () => {
  it('has the status WAITING, its time and no owner, and is read back as it was', async () => {
    const saga = await waitingSaga();
    const { rows } = await sagas.sql.query(
      'SELECT status, owner, current_step, due_at IS NOT NULL AS due FROM saga_state',
    );
    const at = { current_step: 'HOST_DECIDES', due: true };
    expect(rows).toEqual([{ status: 'WAITING', owner: NO_OWNER, ...at }]);
    const read = await other.load(saga.sagaId);
    expect(read).toMatchObject({ phase: 'waiting', waitsAt: 'HOST_DECIDES', version: 2 });
    expect(await steps(saga.sagaId)).toContain('HOST_DECIDES STARTED');
  });

  it('is neither taken over nor found by a scan, however silent all owners are', async () => {
    await waitingSaga();
    await owner.release();
    const request = { ...known, silentAfterMs: 1 };
    await other.heartbeat();
    expect(await other.takeOver({ ...request, silentAfterMs: 60_000 })).toEqual([]);
    expect(await other.takeOver({ ...request, silentAfterMs: Infinity })).toEqual([]);
    expect(await owner.ownOverdue({ limit: 10, overdueByMs: -1_000_000 })).toEqual([]);
  });

  it('keeps its definition from being taken out', async () => {
    await waitingSaga();
    expect(await other.hasUnfinished(definition)).toBe(true);
    expect(await other.hasUnfinished({ ...definition, version: 2 })).toBe(false);
  });
});

describe('a signal', () => {
  it('moves the row and is on record in one commit, and its sender owns the saga', async () => {
    const saga = await waitingSaga();
    const move = moveOf(saga, accept, other);
    expect(await other.move(move)).toBe('saved');
    expect(await owner.load(saga.sagaId)).toMatchObject({
      phase: 'forward',
      awaited: 'ROOM_HELD',
      owner: other.instanceId,
      version: 3,
    });
    const { rows } = await sagas.sql.query('SELECT due_at, status FROM saga_state');
    expect(rows).toEqual([{ due_at: null, status: 'RUNNING' }]);
    expect(await owner.signal(saga.sagaId, 'click-1')).toEqual({ ...move.signal, data: null });
    expect(await steps(saga.sagaId)).toEqual([
      'BOOKED STARTED',
      'BOOKED COMPLETED',
      'HOST_DECIDES STARTED',
      'HOST_DECIDES COMPLETED',
      'ROOM_HELD STARTED',
    ]);
  });

  it('of an id that is on record writes nothing', async () => {
    const saga = await waitingSaga();
    const record = moveOf(saga, accept, other).signal!;
    const refused: SignalRecord = { ...record, answer: { kind: 'passed' } };
    expect(await other.recordSignal(refused, saga.version)).toBe('recorded');
    expect(await other.recordSignal(refused, saga.version)).toBe('guard-failed');
    expect(await other.move(moveOf(saga, accept, other))).toBe('guard-failed');
    expect(await owner.load(saga.sagaId)).toMatchObject({ phase: 'waiting', version: 2 });
    expect((await owner.signal(saga.sagaId, 'click-1'))?.answer).toEqual({ kind: 'passed' });
  });

  it('that is sent many times at once is applied once', async () => {
    const saga = await waitingSaga();
    const stores = [owner, other, await sagas.newStore()];
    const moved = await Promise.all(
      stores.flatMap((store) => [1, 2].map(() => store.move(moveOf(saga, accept, store)))),
    );
    expect(moved.filter((one) => one === 'saved')).toHaveLength(1);
  });

  it('and another one in the same moment: one is applied, and of the other nothing is written', async () => {
    const saga = await waitingSaga();
    const decline: Signal = { id: 'click-2', name: 'decline' };
    const moves = [moveOf(saga, accept, owner), moveOf(saga, decline, other)];
    const moved = await Promise.all(moves.map((move, nth) => [owner, other][nth]!.move(move)));
    expect(moved.sort()).toEqual(['guard-failed', 'saved']);
    const { rows } = await sagas.sql.query('SELECT name FROM saga_signals');
    expect(rows).toHaveLength(1);
  });

  it('that is judged by a state of before is not recorded', async () => {
    const saga = await waitingSaga();
    const record = moveOf(saga, accept, other).signal!;
    expect(await other.recordSignal(record, saga.version - 1)).toBe('guard-failed');
    expect(await other.signal(saga.sagaId, 'click-1')).toBeUndefined();
  });

  it('that is kept is in the row, and fails the next write of the owner, who reads it', async () => {
    const ids = { sagaId: randomUUID(), subjectId: randomUUID(), owner: owner.instanceId };
    const first = prepare(definition, { ...ids, input, nowMs: owner.clock.nowMs() });
    await owner.insert(first);
    const paid = { id: 'hook-1', name: 'paid', data: { paymentId: 'p-1' } };
    expect(await other.move(moveOf(first.instance, paid, other))).toBe('saved');
    const { instance, logs } = decide(first.instance, done('BOOKED'), owner);
    const write = { before: first.instance, instance, logs };
    expect(await owner.save(write)).toBe('guard-failed');
    expect(await owner.load(ids.sagaId)).toMatchObject({
      phase: 'forward',
      awaited: 'BOOKED',
      owner: owner.instanceId,
      waits: { early: [{ id: 'hook-1', name: 'paid', taken: { paymentId: 'p-1' } }], skipped: [] },
    });
  });
});

describe('a timer', () => {
  it('takes the sagas whose time has come, each by one instance', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => waitingSaga()));
    const later = await waitingSaga();
    for (const saga of all) await due(saga);
    const stores = [owner, other, await sagas.newStore()];
    const taken = await Promise.all(stores.map((store) => store.takeDue(known)));
    const ids = taken.flat().map(({ sagaId }) => sagaId);
    expect(ids.sort()).toEqual(all.map(({ sagaId }) => sagaId).sort());
    expect(ids).not.toContain(later.sagaId);
    for (const [nth, store] of stores.entries()) {
      for (const saga of taken[nth]!) {
        const now = { phase: 'forward', awaited: 'HOST_DECIDES', waitingFor: 'leave' };
        expect(saga).toMatchObject({ ...now, owner: store.instanceId, version: 3, epoch: 2 });
      }
    }
  });

  it('leaves the sagas of definitions and versions that its instance does not have', async () => {
    await due(await waitingSaga());
    const stranger = { ...known, definitions: [{ ...definition, version: 2 }] };
    expect(await other.takeDue(stranger)).toEqual([]);
    expect(await other.takeDue(known)).toHaveLength(1);
  });

  it('and a signal in the same moment: the first commit decides', async () => {
    const saga = await waitingSaga();
    await due(saga);
    const move = moveOf(saga, accept, owner);
    const [taken, moved] = await Promise.all([other.takeDue(known), owner.move(move)]);
    expect(taken.length + (moved === 'saved' ? 1 : 0)).toBe(1);
    expect((await owner.signal(saga.sagaId, 'click-1')) !== undefined).toBe(moved === 'saved');
  });

  it('reads no row that waits for longer, of however many', async () => {
    const saga = await waitingSaga();
    await sagas.sql.query(
      `INSERT INTO saga_state SELECT (r).* FROM (
         SELECT jsonb_populate_record(s, jsonb_build_object('saga_id', gen_random_uuid(),
           'due_at', now() + interval '1 hour')) AS r
         FROM saga_state s, generate_series(1, 5000)) AS copies`,
    );
    await due(saga);
    await sagas.sql.query('ANALYZE saga_state');
    const { rows } = await sagas.sql.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) SELECT saga_id FROM saga_state s
       WHERE s.due_at <= now() AND s.status = 'WAITING' ORDER BY s.due_at LIMIT 500
       FOR UPDATE OF s SKIP LOCKED`,
    );
    expect(JSON.stringify(rows)).toContain('saga_state_due');
    expect(await other.takeDue(known)).toHaveLength(1);
  });
});

describe("a signal in the sender's own transaction", () => {
  const inTransaction = async (end: 'COMMIT' | 'ROLLBACK', saga: WaitingSaga, signal: Signal) => {
    const client = await sagas.sql.connect();
    try {
      await client.query('BEGIN');
      const sender = { client, tables, definitions: [definition] };
      const answers = [await signalSaga(sender, saga.sagaId, signal)];
      answers.push(await signalSaga(sender, saga.sagaId, signal));
      await client.query(end);
      return answers;
    } finally {
      client.release();
    }
  };

  it('has its effect with the commit, and an engine takes the saga over', async () => {
    const saga = await waitingSaga();
    const answers = await inTransaction('COMMIT', saga, accept);
    expect(answers).toEqual([
      { kind: 'applied', isRepeated: false },
      { kind: 'applied', isRepeated: true },
    ]);
    expect(await owner.load(saga.sagaId)).toMatchObject({ awaited: 'ROOM_HELD', owner: NO_OWNER });
    const taken = await other.takeOver({ ...known, silentAfterMs: 60_000 });
    expect(taken).toEqual([expect.objectContaining({ owner: other.instanceId })]);
  });

  it('has none when that is rolled back', async () => {
    const saga = await waitingSaga();
    await inTransaction('ROLLBACK', saga, accept);
    expect(await owner.load(saga.sagaId)).toMatchObject({ phase: 'waiting', version: 2 });
    expect(await owner.signal(saga.sagaId, accept.id)).toBeUndefined();
  });

  it('is refused, and that is recorded, as by an engine', async () => {
    const saga = await waitingSaga();
    const [refused] = await inTransaction('COMMIT', saga, { id: 'x', name: 'arrive' });
    expect(refused).toMatchObject({ kind: 'refused', reason: 'not-awaited', isRepeated: false });
    expect(await owner.signal(saga.sagaId, 'x')).toMatchObject({ answer: { kind: 'refused' } });
  });
});

it('a saga that is driven and has no owner counts as that of a silent owner', async () => {
  const saga = await waitingSaga();
  const move = moveOf(saga, accept, other);
  await other.move({ ...move, instance: { ...move.instance, owner: NO_OWNER } });
  const request = { ...known, silentAfterMs: 60_000 };
  expect(await owner.takeOver(request)).toEqual([
    expect.objectContaining({ awaited: 'ROOM_HELD', owner: owner.instanceId }),
  ]);
});
