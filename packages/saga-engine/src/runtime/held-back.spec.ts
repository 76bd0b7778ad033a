import { describe, expect, it, jest } from '@jest/globals';
import type { SagaDefinition } from '../core/define.js';
import { purchase, type PurchaseInput } from '../fixtures/purchase.js';
import { Site } from '../fixtures/site.js';
import { MemorySagaStore } from '../testing/index.js';

/** The purchase with steps that may take 2 s only. */
const impatient: SagaDefinition<PurchaseInput> = {
  ...purchase,
  steps: purchase.steps.map((step) => ({ ...step, deadlineMs: 2_000 })),
};
const NARROW = { commandsPerQueueMax: 10, reservedPerQueue: 0 };
/** Commands a second, of each participant. */
const PER_SECOND = 10;

/** 200 sagas with 57 s left, of which hardly one in ten was sent its first command. */
async function withHeldBack() {
  const site = new Site(undefined, impatient, PER_SECOND);
  const engine = await site.running(NARROW);
  await site.begin(engine, 200);
  await site.pass(3_000);
  expect(engine.heldBack).toBeGreaterThan(150);
  return { site, engine };
}

async function expectAllDone(site: Site): Promise<void> {
  await site.settled();
  expect([site.ended('undone'), site.ended('done')]).toEqual([0, 200]);
}

describe('sagas whose commands wait to be sent for longer than their step may take', () => {
  it('are all done after a deployment that stops their process cleanly', async () => {
    const { site, engine } = await withHeldBack();
    await site.stopped(engine);
    await site.running(NARROW);
    await expectAllDone(site);
  });

  it('are all done after two deployments, one soon after the other', async () => {
    const { site, engine } = await withHeldBack();
    await site.stopped(engine);
    const next = await site.running(NARROW);
    await site.pass(3_000);
    await site.stopped(next);
    await site.running(NARROW);
    await expectAllDone(site);
  });

  it('are all done by the one that stays when the other is replaced', async () => {
    const { site, engine } = await withHeldBack();
    await site.running(NARROW);
    await site.stopped(engine);
    await expectAllDone(site);
  });

  it('are all done after their process was killed', async () => {
    const { site, engine } = await withHeldBack();
    site.kill(engine);
    await site.running(NARROW);
    await expectAllDone(site);
  });

  it('are all done after an outage of the database', async () => {
    const { site } = await withHeldBack();
    site.database.down = new Error('the database is away');
    await site.pass(9_000);
    site.database.down = undefined;
    await expectAllDone(site);
  });

  it('are done when an operator has another process send one of them again', async () => {
    const { site } = await withHeldBack();
    const told = new Set(site.shop.received.map(({ sagaId }) => sagaId));
    const sagaId = [...site.database.rows.keys()].find((one) => !told.has(one))!;
    const other = await site.running(NARROW);
    const operated = await Promise.race([other.operate(sagaId, 'retry'), site.pass(1_000)]);
    expect(operated).toMatchObject({ kind: 'done', instance: { phase: 'forward', attempt: 1 } });
    await expectAllDone(site);
  });
});

describe('a command that the broker does not take', () => {
  it('is sent and done when the broker is back, however short the deadline of its step', async () => {
    let isAway = true;
    const site = new Site(undefined, impatient);
    const send = site.shop.send.bind(site.shop);
    site.shop.send = (command) => {
      return isAway ? Promise.reject(new Error('away')) : send(command);
    };
    await site.begin(await site.running(), 20);
    await site.pass(30_000);
    isAway = false;
    await site.settled();
    expect(site.ended('done')).toBe(20);
  });

  it('is undone at the deadline of its saga, when the broker never comes back', async () => {
    const site = new Site(undefined, impatient);
    const send = site.shop.send.bind(site.shop);
    site.shop.send = (command) => {
      const isAway = command.direction === 'do';
      return isAway ? Promise.reject(new Error('away')) : send(command);
    };
    await site.begin(await site.running(), 1);
    await site.settled();
    expect(site.database.rows.get('new-0')!.instance).toMatchObject({
      phase: 'undone',
      failure: { code: 'SAGA_DEADLINE' },
    });
  });
});

describe('a command whose commit was slow', () => {
  it('has the whole time for its answer, from when it was sent', async () => {
    const site = new Site();
    const store = new MemorySagaStore(site.database);
    const save = store.save.bind(store);
    jest.spyOn(store, 'save').mockImplementationOnce(async (write) => {
      await new Promise<void>((resolve) => void site.time.after(25_001, resolve));
      return save(write);
    });
    const engine = await site.running({}, store);
    await site.begin(engine, 1);
    await site.settled();
    expect(site.ended('done')).toBe(1);
    expect(site.counts.get('retried')).toBeUndefined();
  });
});

describe('new sagas', () => {
  const START_WITHIN_MS = 8_000;

  async function startedAmongUnanswered(settings: { reservedPerQueue?: number }) {
    const site = new Site(({ direction }) => direction === 'do');
    site.leftBehind(700, 'backward'); // their undos are for the queue of every first command
    const engine = await site.running(settings);
    await site.time.until('the undos to be sent', () => engine.heldBack > 500);
    await site.begin(engine, 20);
    await site.pass(START_WITHIN_MS);
    const told = site.shop.received.filter(({ sagaId }) => sagaId.startsWith('new-'));
    await engine.stop();
    return new Set(told.map(({ sagaId }) => sagaId)).size;
  }

  it('all begin although 700 undos in the same queue have no answer', async () => {
    expect(await startedAmongUnanswered({})).toBe(20);
  });

  it('do not begin when undos may take all places of the queue', async () => {
    expect(await startedAmongUnanswered({ reservedPerQueue: 0 })).toBeLessThan(20);
  });
});
