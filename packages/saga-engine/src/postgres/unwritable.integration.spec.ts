import { randomUUID } from 'node:crypto';
import { waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { command, defineSaga, step, undo, type SagaDefinition } from '../core/define.js';
import { SagaEngine } from '../runtime/engine.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { done, insertedSaga, writeOf, newSaga, StoredSagas } from '../fixtures/stored-sagas.js';
import { isOpen, type SagaInstance } from '../core/instance.js';
import { Participants, type Answer } from '../testing/index.js';
import type { PostgresSagaStore } from './index.js';

let sagas: StoredSagas;
let store: PostgresSagaStore;
let engine: SagaEngine | undefined;

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
beforeEach(async () => {
  store = await sagas.newStore();
});
afterEach(async () => {
  await engine?.stop();
  engine = undefined;
  await sagas.sql.query('DROP TRIGGER IF EXISTS refusing ON saga_state');
  await sagas.empty();
});

/** A trigger that refuses to write a row of which a condition is true. */
async function refusing(condition: string): Promise<void> {
  await sagas.sql.query(`CREATE OR REPLACE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not this row'; END $$`);
  await sagas.sql.query(`CREATE TRIGGER refusing BEFORE UPDATE ON saga_state FOR EACH ROW
    WHEN (${condition}) EXECUTE FUNCTION refusing()`);
}

/** Two steps, the first of which keeps what it is told to keep. */
const keeping: SagaDefinition<object> = defineSaga<object>({
  name: 'keeping',
  version: 1,
  deadlineMs: 60_000,
  steps: [
    step('FIRST', {
      do: command('queue', 'first', () => ({})),
      undo: undo('UNDO_FIRST', 'queue', 'undo', () => ({})),
      keep: (response) => (response === 'BigInt' ? 1n : response),
    }),
    step('SECOND', { do: command('queue', 'second', () => ({})), pivot: true }),
  ],
});

function engineFor(answer: (sagaId: string) => Answer): SagaEngine {
  const participants = new Participants((sent) => answer(sent.sagaId));
  const made = new SagaEngine({
    definitions: [keeping],
    store,
    sender: participants,
    clock: store.clock,
    logger: silentLogger,
    settings: { backoffMinMs: 5, backoffMaxMs: 50 },
  });
  participants.repliesTo((reply) => made.onReply(reply));
  return (engine = made);
}

const neighbours = () => Array.from({ length: 20 }, () => randomUUID());
const begin = (made: SagaEngine, sagaIds: readonly string[]) =>
  Promise.all(
    sagaIds.map((sagaId) =>
      made.start({ definition: keeping, sagaId, subjectId: randomUUID(), input: {} }),
    ),
  );
const endOf = (sagaId: string) => engine!.waitForEnd(sagaId, 20_000);
const isParked = async (sagaId: string): Promise<SagaInstance | false> => {
  const row = await store.load(sagaId);
  return row !== undefined && isOpen(row) && row.needsAttention && row;
};

describe('a value that no row can hold', () => {
  it('fails the save of its own saga, and its neighbours are saved', async () => {
    const many = await Promise.all(neighbours().map(() => insertedSaga(store)));
    const writes = many.map((saga) => writeOf(saga, done('ORDER_CREATED'), store));
    const kept = { a: 1n };
    writes[7] = { ...writes[7]!, instance: { ...writes[7]!.instance, kept } };
    const answers = await Promise.allSettled(writes.map((write) => store.save(write)));
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(answers[7]).toMatchObject({ reason: { name: 'WriteRefused', code: '22P02' } });
  });

  it('fails the start of its own saga, and its neighbours are started', async () => {
    const bad = newSaga(store);
    const broken = { ...bad, instance: { ...bad.instance, input: { a: 1n } } };
    const starting = [newSaga(store), broken, newSaga(store)].map((one) => store.insert(one));
    const answers = await Promise.allSettled(starting);
    const told = answers.map(({ status }) => status);
    expect(told).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { name: 'WriteRefused' } });
  });

  it('is unreadable to the saga that should keep it, which is undone, and to no other', async () => {
    const [bad, others] = [randomUUID(), neighbours()];
    const response = (sagaId: string) => (sagaId === bad ? 'BigInt' : 'fine');
    const made = engineFor((sagaId) => ({ kind: 'done', response: response(sagaId) }));
    await begin(made, [bad, ...others]);
    const failure = { code: 'UNREADABLE_RESPONSE' };
    expect(await endOf(bad)).toMatchObject({ phase: 'undone', failure });
    for (const sagaId of others) expect(await endOf(sagaId)).toMatchObject({ phase: 'done' });
  });
});

describe('a row that PostgreSQL refuses to write', () => {
  it('is parked with its reason while others go on, and ends once it can be written', async () => {
    await refusing(`NEW.kept->>'FIRST' = 'bad'`);
    const [bad, others] = [randomUUID(), neighbours()];
    const response = (sagaId: string) => (sagaId === bad ? 'bad' : 'fine');
    const made = engineFor((sagaId) => ({ kind: 'done', response: response(sagaId) }));
    await begin(made, [bad, ...others]);
    const parked = await waitFor('the saga to be parked', () => isParked(bad));
    const message = expect.stringContaining('not this row');
    expect(parked).toMatchObject({ lastError: { code: 'WRITE_REFUSED', message } });
    for (const sagaId of others) expect(await endOf(sagaId)).toMatchObject({ phase: 'done' });
    expect(made.needingAttention).toBe(1);
    await sagas.sql.query('DROP TRIGGER refusing ON saga_state');
    expect(await endOf(bad)).toMatchObject({ phase: 'done' });
  });

  it('and cannot be parked either is parked in memory, and ends once it can be written', async () => {
    const bad = randomUUID();
    let answer: Answer = 'silence';
    const made = engineFor(() => answer);
    await begin(made, [bad]);
    await refusing(`NEW.saga_id = '${bad}'`);
    answer = { kind: 'done', response: {} };
    const reply = { sagaId: bad, step: 'FIRST', direction: 'do', attempt: 1 } as const;
    expect(await made.onReply({ ...reply, outcome: answer })).toBe('not-written');
    expect(made.needingAttention).toBe(1);
    expect(await store.load(bad)).toMatchObject({ version: 1, needsAttention: false });
    await sagas.sql.query('DROP TRIGGER refusing ON saga_state');
    expect(await endOf(bad)).toMatchObject({ phase: 'done' });
  });

  it('does not keep its neighbours from being taken over', async () => {
    const dead = await sagas.newStore();
    const [bad, ...others] = await Promise.all(neighbours().map(() => insertedSaga(dead)));
    await dead.release();
    await refusing(`NEW.saga_id = '${bad!.sagaId}'`);
    const definitions = [{ name: 'purchase', version: 1 }];
    const taken = await store.takeOver({ limit: 50, silentAfterMs: 5_000, definitions });
    const idsOf = (some: readonly SagaInstance[]) => some.map(({ sagaId }) => sagaId).sort();
    expect(idsOf(taken)).toEqual(idsOf(others));
    expect(await store.load(bad!.sagaId)).toMatchObject({ owner: dead.instanceId });
  });
});

describe('an id in any form', () => {
  it('finds its saga, and one of no saga finds nothing', async () => {
    for (const id of ['no-uuid', '{},{}', '']) {
      expect(await store.load(id)).toBeUndefined();
      expect(await store.history(id)).toEqual([]);
    }
    const { sagaId } = await insertedSaga(store);
    expect(await store.load(sagaId.toUpperCase())).toMatchObject({ sagaId });
    expect(await store.history(`{${sagaId}}`)).toHaveLength(1);
  });
});
