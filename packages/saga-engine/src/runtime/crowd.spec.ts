import { describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import { input, Site } from '../fixtures/site.js';

/** A crowd of this size takes ten seconds at the slowest. */
const CROWD = 2_000;

describe('many sagas of a dead instance', () => {
  it('go forward without a second attempt of any command', async () => {
    const site = new Site();
    site.leftBehind(CROWD);
    const engine = await site.running();
    await site.settled();
    expect(site.ended('done')).toBe(CROWD);
    expect(site.counts.get('retried')).toBeUndefined();
    expect([engine.inFlight, engine.heldBack]).toEqual([0, 0]);
  });

  it('need many attempts when all their commands are sent at once', async () => {
    const site = new Site();
    site.leftBehind(CROWD);
    await site.running({ commandsPerQueueMax: Infinity });
    await site.settled();
    expect(site.counts.get('retried')).toBeGreaterThan(CROWD / 4);
  });

  it('take turns with new sagas, whose callers wait', async () => {
    const site = new Site();
    site.leftBehind(CROWD);
    const engine = await site.running();
    await site.time.until('the takeover', () => engine.heldBack > CROWD / 4);
    expect(engine.newWork).toBe(0);
    const ids = { sagaId: 'new', subjectId: 'subject-of-new' };
    await engine.start({ definition: purchase, ...ids, input });
    expect(engine.newWork).toBe(1);
    const isDone = () => site.database.rows.get('new')?.instance.phase === 'done';
    await site.time.until('the new saga to end', isDone, 6_000);
    expect(site.ended('done')).toBeLessThan(CROWD);
    expect(engine.newWork).toBe(0);
    await engine.stop();
  });

  it('are no new work, and sagas that are undone are none either', async () => {
    const site = new Site(() => false);
    site.leftBehind(10);
    const engine = await site.running();
    await engine.start({ definition: purchase, sagaId: 'new', subjectId: 'subject', input });
    await site.time.until('the takeover', () => engine.inFlight === 11);
    expect(engine.newWork).toBe(1);
    const isUndoing = () => site.database.rows.get('new')?.instance.phase === 'backward';
    await site.time.until('the new saga to turn back', isUndoing);
    expect([engine.newWork, engine.inFlight]).toEqual([0, 11]);
    await engine.stop();
  });

  it('do not delay an undo, even when no other command is answered', async () => {
    const site = new Site(({ direction }) => direction === 'undo');
    site.leftBehind(1_000);
    site.leftBehind(100, 'backward');
    const engine = await site.running();
    await site.time.until('the undos', () => site.ended('undone') === 100, 15_000);
    expect(engine.heldBack).toBeGreaterThan(0);
    await engine.stop();
  });

  it('are taken over up to a bound, and in the end all of them', async () => {
    const site = new Site();
    site.leftBehind(200);
    const engine = await site.running({ adoptedMax: 30 });
    let most = 0;
    await site.time.until('all to end', () => {
      most = Math.max(most, engine.inFlight);
      return site.ended('done') === 200;
    });
    expect(most).toBe(30);
  });

  it('are driven by the next instance when theirs dies with commands held back', async () => {
    const site = new Site();
    site.leftBehind(1_000);
    const first = await site.running();
    await site.time.until('commands to wait', () => first.heldBack > 500);
    await first.stop();
    expect(first.heldBack).toBe(0);
    await site.running();
    await site.settled();
    expect(site.ended('done')).toBe(1_000);
  });

  it('are undone when their turn does not come before their deadline', async () => {
    const site = new Site(({ direction }) => direction === 'undo');
    site.leftBehind(100);
    const oneByOne = { commandsPerQueueMax: 2, reservedPerQueue: 1 };
    const startedAtMs = site.time.nowMs();
    await site.running(oneByOne);
    await site.settled();
    expect(site.ended('undone')).toBe(100);
    const lateMs = site.time.nowMs() - startedAtMs - purchase.deadlineMs;
    expect(Math.abs(lateMs)).toBeLessThan(5_000);
    const told = site.shop.received.filter(({ direction }) => direction === 'do');
    expect(new Set(told.map(({ sagaId }) => sagaId)).size).toBeLessThan(100);
  });

  it('are not undone for their wait when an operator has one command sent again', async () => {
    const site = new Site(() => false);
    site.leftBehind(100);
    const engine = await site.running({ commandsPerQueueMax: 2, reservedPerQueue: 1 });
    const { deadlineMs } = purchase.steps[0]!;
    const untilMs = site.time.nowMs() + deadlineMs + 1_000;
    await site.time.until('the step deadline of all', () => site.time.nowMs() >= untilMs);
    const told = new Set(site.shop.received.map(({ sagaId }) => sagaId));
    const sagaId = [...site.database.rows.keys()].find((one) => !told.has(one))!;
    expect(await engine.operate(sagaId, 'retry')).toMatchObject({
      kind: 'done',
      instance: { phase: 'forward', attempt: 1 },
    });
    await engine.stop();
  });
});
