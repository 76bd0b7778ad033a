import { randomUUID } from 'node:crypto';
import { waitFor } from '@backstitch/testkit';
import { afterEach, expect, it } from '@jest/globals';
import { booking, input } from '../fixtures/booking.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import type { SagaDefinition } from '../core/define.js';
import { SIGNALS_RECORDED_MAX } from '../core/signal.js';
import { MemoryDatabase, MemorySagaStore, Participants } from '../testing/index.js';
import { SagaEngine } from './engine.js';

let engine: SagaEngine;
afterEach(() => engine.stop());

it('signals without effect are recorded up to a bound, and one with an effect still has it', async () => {
  const database = new MemoryDatabase();
  const store = new MemorySagaStore(database);
  const participants = new Participants();
  engine = new SagaEngine({
    definitions: [booking] as readonly unknown[] as SagaDefinition[],
    store,
    sender: participants,
    clock: store.clock,
    logger: silentLogger,
  });
  participants.repliesTo((reply) => engine.onReply(reply));
  const sagaId = randomUUID();
  await engine.start({ definition: booking, sagaId, subjectId: randomUUID(), input });
  const row = database.rows.get(sagaId)!;
  await waitFor('the wait', async () => row.instance.phase === 'waiting');
  const arrive = (nth: number) => engine.signal(sagaId, { id: `click-${nth}`, name: 'arrive' });
  for (let nth = 0; nth < SIGNALS_RECORDED_MAX; nth++) {
    expect(await arrive(nth)).toMatchObject({ kind: 'refused', isRepeated: false });
  }
  expect(await arrive(SIGNALS_RECORDED_MAX)).toEqual({ kind: 'too-many' });
  expect(row.signals.size).toBe(SIGNALS_RECORDED_MAX);
  expect(await arrive(0)).toMatchObject({ kind: 'refused', isRepeated: true });
  expect(await engine.signal(sagaId, { id: 'yes', name: 'accept' })).toMatchObject({
    kind: 'applied',
  });
});
