import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { booking, input } from '../fixtures/booking.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import type { SagaDefinition } from '../core/define.js';
import { MemoryDatabase, MemorySagaStore, Participants } from '../testing/index.js';
import { SagaEngine } from './engine.js';

describe('a saga that has nothing to do for now', () => {
  let engine: SagaEngine;
  afterEach(() => engine.stop());

  it('waits or has ended, and who waits for that is told at once', async () => {
    const database = new MemoryDatabase({ nowMs: () => performance.now() });
    const store = new MemorySagaStore(database);
    const sender = new Participants();
    const definitions = [booking as SagaDefinition];
    engine = new SagaEngine({
      definitions,
      store,
      sender,
      clock: store.clock,
      logger: silentLogger,
      settings: { pollEveryMs: 60_000 },
    });
    sender.repliesTo((reply) => engine.onReply(reply));
    const sagaId = randomUUID();
    await engine.start({ definition: booking, sagaId, subjectId: randomUUID(), input });
    expect(await engine.waitForRest(sagaId, 20_000)).toMatchObject({ waitsAt: 'HOST_DECIDES' });
    await engine.signal(sagaId, { id: 'click-1', name: 'guest-cancel' });
    expect(await engine.waitForRest(sagaId, 20_000)).toMatchObject({ phase: 'undone' });
    expect(await engine.waitForRest(randomUUID(), 20_000)).toBeUndefined();
  });
});
