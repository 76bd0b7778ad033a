import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { booking, input } from '../fixtures/booking.js';
import { tables } from '../fixtures/saga-database.js';
import { StoredSagas } from '../fixtures/stored-sagas.js';
import type { SagaDefinition } from '../core/define.js';
import { SIGNALS_RECORDED_MAX } from '../core/signal.js';
import { prepare } from '../core/transition.js';
import type { SignalRecord } from '../runtime/ports.js';
import { signalSaga, type PostgresSagaStore } from './index.js';

let sagas: StoredSagas;
let store: PostgresSagaStore;
let sagaId: string;
const definition = booking as SagaDefinition;

beforeAll(async () => {
  sagas = await StoredSagas.open();
  store = await sagas.newStore();
});
afterAll(async () => {
  await sagas.closeStores();
  await sagas.drop();
});
beforeEach(async () => {
  const ids = { sagaId: randomUUID(), subjectId: randomUUID(), owner: store.instanceId };
  await store.insert(prepare(definition, { ...ids, input, nowMs: store.clock.nowMs() }));
  sagaId = ids.sagaId;
});

const signals = async () => {
  const { rows } = await sagas.sql.query(
    'SELECT count(*)::int AS count FROM saga_signals WHERE saga_id = $1',
    [sagaId],
  );
  return (rows as { count: number }[])[0]!.count;
};
const fill = (count: number) =>
  sagas.sql.query(
    `INSERT INTO saga_signals (saga_id, signal_id, name, answer, recorded_at)
      SELECT $1, 'id-' || nth, 'arrive', '{"kind": "passed"}', now()
      FROM generate_series(1, $2) AS nth`,
    [sagaId, count],
  );
const record = (id: string): SignalRecord => {
  return { sagaId, id, name: 'arrive', data: null, answer: { kind: 'passed' } };
};
const send = (name: string, data: object = {}) =>
  signalSaga({ client: sagas.sql, tables, definitions: [definition] }, sagaId, {
    id: `my ${name}`,
    name,
    data,
  });

describe('the signals of a saga', () => {
  it('without effect are recorded up to a bound', async () => {
    await fill(SIGNALS_RECORDED_MAX - 1);
    expect(await store.recordSignal(record('last'), 1)).toBe('recorded');
    expect(await store.recordSignal(record('more'), 1)).toBe('too-many');
    expect(await send('arrive')).toEqual({ kind: 'too-many' });
    expect(await signals()).toBe(SIGNALS_RECORDED_MAX);
  });

  it('with an effect are recorded beyond it', async () => {
    await fill(SIGNALS_RECORDED_MAX);
    expect(await send('paid', { paymentId: 'p-1' })).toMatchObject({ kind: 'kept' });
    expect(await send('guest-cancel')).toMatchObject({ kind: 'applied' });
    expect(await signals()).toBe(SIGNALS_RECORDED_MAX + 2);
  });

  it('of another saga have a bound of their own', async () => {
    await fill(SIGNALS_RECORDED_MAX);
    const subjectId = randomUUID();
    const ids = { sagaId: randomUUID(), subjectId, owner: store.instanceId };
    await store.insert(prepare(definition, { ...ids, input, nowMs: store.clock.nowMs() }));
    const other = { ...record('first'), sagaId: ids.sagaId };
    expect(await store.recordSignal(other, 1)).toBe('recorded');
  });
});
