import { describe, expect, it } from '@jest/globals';
import type { OpenSaga } from '../core/instance.js';
import { postponed, renewed } from '../core/deadlines.js';
import { type SendPriority, SendPermit, SendWindow } from './send-window.js';

/** A window of four places, one of them reserved; `gone` tells what was sent, in order. */
function newWindow(commandsPerQueueMax = 4, reservedPerQueue = 1) {
  const gone: string[] = [];
  const window = new SendWindow({ commandsPerQueueMax, reservedPerQueue });
  const enter = (name: string, priority: SendPriority, queue = 'orders'): SendPermit => {
    const permit = new SendPermit(queue, priority, 0, () => void gone.push(name));
    window.enter(permit);
    return permit;
  };
  return { window, gone, enter };
}

describe('what is sent to a queue', () => {
  it('goes at once while there are places, and waits for an answer otherwise', () => {
    const { window, gone, enter } = newWindow();
    const first = enter('a', 'started');
    for (const name of ['b', 'c', 'd', 'e']) enter(name, 'started');
    expect(gone).toEqual(['a', 'b', 'c']);
    window.leave(first);
    expect(gone).toEqual(['a', 'b', 'c', 'd']);
    expect(window.waiting).toBe(1);
  });

  it('keeps places for undos, whatever else is out and never answered', () => {
    const { window, gone, enter } = newWindow();
    for (const name of ['a', 'b', 'c', 'd']) enter(name, 'started');
    const undo = enter('undo', 'undo');
    enter('undo 2', 'undo');
    expect(gone).toEqual(['a', 'b', 'c', 'undo']);
    window.leave(undo);
    expect(gone).toEqual(['a', 'b', 'c', 'undo', 'undo 2']);
  });

  it('sends undos first when a place becomes free, however long others waited', () => {
    const { window, gone, enter } = newWindow(1, 0);
    const first = enter('a', 'adopted');
    enter('b', 'started');
    enter('undo', 'undo');
    window.leave(first);
    expect(gone).toEqual(['a', 'undo']);
  });

  it('takes turns between new sagas and those of dead instances, when both wait', () => {
    const { window, gone, enter } = newWindow(1, 0);
    const first = enter('first', 'started');
    const waiting = [
      ...['old 1', 'old 2', 'old 3'].map((name) => [name, enter(name, 'adopted')] as const),
      ...['new 1', 'new 2'].map((name) => [name, enter(name, 'started')] as const),
    ];
    const passes = new Map(waiting);
    for (let permit = first; window.waiting > 0; permit = passes.get(gone.at(-1)!)!)
      window.leave(permit);
    expect(gone.slice(1)).toEqual(['old 1', 'new 1', 'old 2', 'new 2', 'old 3']);
  });

  it('gives a place back once, and forgets what left while it waited', () => {
    const { window, gone, enter } = newWindow(2, 0);
    const first = enter('a', 'started');
    enter('b', 'started');
    const given = enter('given up', 'started');
    enter('c', 'started');
    enter('d', 'started');
    window.leave(given);
    expect(window.waiting).toBe(2);
    window.leave(first);
    window.leave(first);
    window.leave(given);
    expect(gone).toEqual(['a', 'b', 'c']);
  });

  it('keeps places for what goes forward, whatever undos are out and never answered', () => {
    const { gone, enter } = newWindow();
    for (const name of ['a', 'b', 'c', 'd']) enter(name, 'undo');
    enter('new', 'started');
    expect(gone).toEqual(['a', 'b', 'c', 'new']);
  });

  it('keeps places for what goes forward, whatever is out past its pivot and never answered', () => {
    const { gone, enter } = newWindow();
    for (const name of ['a', 'b', 'c', 'd']) enter(name, 'pivot');
    enter('new', 'adopted');
    expect(gone).toEqual(['a', 'b', 'c', 'new']);
  });

  it('lets undos and what is past its pivot take turns', () => {
    const { window, gone, enter } = newWindow(1, 0);
    const passes = new Map<string, SendPermit>();
    for (const name of ['undo 1', 'undo 2', 'undo 3']) passes.set(name, enter(name, 'undo'));
    for (const name of ['pivot 1', 'pivot 2']) passes.set(name, enter(name, 'pivot'));
    while (window.waiting > 0) window.leave(passes.get(gone.at(-1)!)!);
    expect(gone).toEqual(['undo 1', 'pivot 1', 'undo 2', 'pivot 2', 'undo 3']);
  });

  it('leaves half of all places to each direction when more would be reserved', () => {
    const { gone, enter } = newWindow(4, 32);
    for (const name of ['undo 1', 'undo 2', 'undo 3']) enter(name, 'undo');
    for (const name of ['new 1', 'new 2', 'new 3']) enter(name, 'started');
    expect(gone).toEqual(['undo 1', 'undo 2', 'new 1', 'new 2']);
  });

  it('bounds each queue for itself', () => {
    const { gone, enter } = newWindow(1, 0);
    enter('a', 'started', 'orders');
    enter('b', 'started', 'payments');
    enter('c', 'started', 'orders');
    expect(gone).toEqual(['a', 'b']);
  });

  it('sends nothing more once it is closed', () => {
    const { window, gone, enter } = newWindow(1, 0);
    const first = enter('a', 'started');
    enter('b', 'undo');
    window.close();
    window.leave(first);
    expect(gone).toEqual(['a']);
  });
});

describe('a command held back', () => {
  const saga = { wakeAtMs: 2_000, stepDeadlineAtMs: 20_000, sagaDeadlineAtMs: 120_000 } as OpenSaga;

  //  waited    reply by   step by
  it.each([
    [500, 2_500, 20_500],
    [30_000, 32_000, 50_000],
    [110_000, 112_000, 120_000],
    [119_000, 120_000, 120_000],
  ])('for %d ms has the same time for its answer, up to the saga’s end', (byMs, wake, step) => {
    expect(postponed(saga, byMs)).toMatchObject({ wakeAtMs: wake, stepDeadlineAtMs: step });
  });

  it('waits for its answer as long as ever when it has no deadline', () => {
    const undo = { ...saga, stepDeadlineAtMs: undefined };
    expect(postponed(undo, 500_000)).toMatchObject({ wakeAtMs: 502_000 });
  });
});

describe('a saga that is read from its row', () => {
  const saga = { wakeAtMs: 2_000, stepDeadlineAtMs: 20_000, sagaDeadlineAtMs: 120_000 } as OpenSaga;

  //  read at   step by
  it.each([
    [1_000, 21_000],
    [50_000, 70_000],
    [110_000, 120_000],
    [130_000, 120_000],
  ])('at %d ms may take its whole step again, up to its own end', (nowMs, step) => {
    expect(renewed(saga, 20_000, nowMs)).toMatchObject({ stepDeadlineAtMs: step });
  });

  it('has no deadline when it had none', () => {
    const undo = { ...saga, stepDeadlineAtMs: undefined };
    expect(renewed(undo, 20_000, 1_000)).toBe(undo);
  });
});
