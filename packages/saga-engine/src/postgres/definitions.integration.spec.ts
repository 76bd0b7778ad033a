import { waitFor } from '@backstitch/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SagaDefinition } from '../core/define.js';
import { SagaDefinitionChanged } from '../runtime/definition-record.js';
import { SagaEngine } from '../runtime/engine.js';
import { changedVersions, first, next } from '../fixtures/purchase-versions.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { insertedSaga, StoredSagas } from '../fixtures/stored-sagas.js';
import { purchase } from '../fixtures/purchase.js';
import { isOpen } from '../core/instance.js';
import { Participants } from '../testing/index.js';

let sagas: StoredSagas;
const engines: SagaEngine[] = [];

beforeAll(async () => {
  sagas = await StoredSagas.open();
});
afterAll(() => sagas.drop());
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await sagas.sql.query('TRUNCATE saga_definitions');
  await sagas.empty();
});

async function engineOf(...definitions: unknown[]) {
  const store = await sagas.newStore();
  const participants = new Participants();
  const engine = new SagaEngine({
    definitions: definitions as SagaDefinition[],
    store,
    sender: participants,
    clock: store.clock,
    logger: silentLogger,
    settings: { scanEveryMs: 20, overdueByMs: 20, backoffMaxMs: 200 },
  });
  participants.repliesTo((reply) => engine.onReply(reply));
  engines.push(engine);
  return { engine, store };
}

describe('a definition on record', () => {
  it('is refused when it changed under its version, naming every step that differs', async () => {
    await (await engineOf(first)).engine.run();
    const { engine } = await engineOf(changedVersions['drops an undo']);
    const refused = await engine.run().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SagaDefinitionChanged);
    expect(refused).toMatchObject({
      changes: [{ name: 'purchase', version: 1, differences: [expect.stringMatching(/^STOCK_R/)] }],
    });
    const ids = { sagaId: 'a', subjectId: 'b', input: {} };
    const starting = engine.start({
      definition: changedVersions['drops an undo'],
      ...ids,
    } as never);
    await expect(starting).rejects.toBe(refused);
  });

  it('is accepted again as it was, and beside it a new version', async () => {
    await (await engineOf(first)).engine.run();
    await (await engineOf(first, next)).engine.run();
    const { rows } = await sagas.sql.query('SELECT name, version FROM saga_definitions ORDER BY 2');
    expect(rows).toEqual([
      { name: 'purchase', version: 1 },
      { name: 'purchase', version: 2 },
    ]);
  });

  it('is the same for two instances that start at once, one of which is refused', async () => {
    const changed = changedVersions['removes a step'];
    const both = await Promise.all([engineOf(first, next), engineOf(next, changed)]);
    const runs = await Promise.allSettled(both.map(({ engine }) => engine.run()));
    expect(runs.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a row that awaits a command which its definition does not know', () => {
  it('is parked, says so, and is no error at each scan', async () => {
    const { engine, store } = await engineOf(purchase);
    const saga = await insertedSaga(store);
    const unknown = `UPDATE saga_state SET current_step = 'NO_MORE', wake_at = now()`;
    await sagas.sql.query(unknown);
    await engine.run();
    const row = await waitFor('the saga to be parked', async () => {
      const read = await store.load(saga.sagaId);
      return read && isOpen(read) && read.needsAttention && read;
    });
    const message = 'the saga purchase has no command NO_MORE in version 1';
    expect(row).toMatchObject({ lastError: { code: 'UNKNOWN_COMMAND', message } });
    expect(engine.needingAttention).toBe(1);
    const operated = await engine.operate(saga.sagaId, 'retry');
    expect(operated).toMatchObject({ kind: 'refused', reason: 'unknown-command' });
  });
});
