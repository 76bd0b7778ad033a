import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Alarms, type Sleeper } from './alarms.js';
import { processTimers } from './timers.js';

class Sleeping implements Sleeper {
  alarmAtMs = Infinity;
  alarmPlace = -1;
  constructor(public at: number) {}
  wakeAtMs(): number {
    return this.at;
  }
}

describe('alarms', () => {
  const woken: Sleeping[] = [];
  let alarms: Alarms<Sleeping>;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    woken.length = 0;
    alarms = new Alarms<Sleeping>(
      () => Date.now(),
      (item) => {
        item.at = Infinity;
        woken.push(item);
      },
      processTimers,
    );
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('wake all items in the order of their times, whatever the order of arming', () => {
    const times = [70, 10, 40, 10, 90, 20, 60, 30, 80, 50];
    const sleepers = times.map((at) => new Sleeping(at));
    for (const sleeper of sleepers) alarms.arm(sleeper);
    jest.advanceTimersByTime(65);
    expect(woken.map((item) => times[sleepers.indexOf(item)])).toEqual([
      10, 10, 20, 30, 40, 50, 60,
    ]);
    jest.advanceTimersByTime(100);
    expect(woken).toHaveLength(10);
  });

  it('wake once, at the later time, when the wake-up moved later', () => {
    const sleeper = new Sleeping(10);
    alarms.arm(sleeper);
    sleeper.at = 50;
    alarms.arm(sleeper);
    jest.advanceTimersByTime(49);
    expect(woken).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(woken).toEqual([sleeper]);
  });

  it('wake once, at the earlier time, when the wake-up moved earlier', () => {
    const sleeper = new Sleeping(50);
    alarms.arm(sleeper);
    sleeper.at = 10;
    alarms.arm(sleeper);
    jest.advanceTimersByTime(10);
    expect(woken).toEqual([sleeper]);
    jest.advanceTimersByTime(100);
    expect(woken).toHaveLength(1);
  });

  it('wake once when two of its entries come up together', () => {
    let count = 0;
    const busy = new Alarms<Sleeping>(
      () => Date.now(),
      () => count++,
      processTimers,
    );
    const sleeper = new Sleeping(50);
    busy.arm(sleeper);
    sleeper.at = 40;
    busy.arm(sleeper);
    jest.setSystemTime(100);
    jest.advanceTimersByTime(100);
    expect(count).toBe(1);
  });

  it('keep nothing of an item that was taken out, and wake the others', () => {
    const times = [70, 10, 40, 10, 90, 20, 60, 30, 80, 50];
    const sleepers = times.map((at) => new Sleeping(at));
    for (const sleeper of sleepers) alarms.arm(sleeper);
    for (const at of [0, 3, 7, 8]) alarms.disarm(sleepers[at]!);
    alarms.disarm(sleepers[0]!);
    expect(alarms.size).toBe(6);
    jest.advanceTimersByTime(100);
    expect(woken.map((item) => times[sleepers.indexOf(item)])).toEqual([10, 20, 40, 50, 60, 90]);
    expect(alarms.size).toBe(0);
  });

  it('keep one entry of each, and their earliest times first, whatever is armed and taken out', () => {
    const step = fc.record({ nth: fc.nat(19), at: fc.nat(1_000), isOut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rung: number[] = [];
        const sleepers = Array.from({ length: 20 }, () => new Sleeping(Infinity));
        const busy = new Alarms<Sleeping>(
          () => Date.now(),
          (item) => {
            rung.push(item.at);
            item.at = Infinity;
          },
          processTimers,
        );
        const startedAt = Date.now();
        for (const { nth, at, isOut } of steps) {
          const sleeper = sleepers[nth]!;
          sleeper.at = isOut ? Infinity : startedAt + at;
          if (isOut) busy.disarm(sleeper);
          else busy.arm(sleeper);
        }
        const wanted = sleepers.map(({ at }) => at).filter((at) => at < Infinity);
        expect(busy.size).toBe(wanted.length);
        jest.advanceTimersByTime(2_000);
        expect(rung).toEqual(wanted.toSorted((a, b) => a - b));
        expect(busy.size).toBe(0);
        busy.stop();
      }),
    );
  });

  it('forget an item that wants no wake-up, and all items when stopped', () => {
    const [ended, stopped] = [new Sleeping(10), new Sleeping(20)];
    alarms.arm(ended);
    alarms.arm(stopped);
    ended.at = Infinity;
    jest.advanceTimersByTime(15);
    alarms.stop();
    jest.advanceTimersByTime(100);
    expect(woken).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
