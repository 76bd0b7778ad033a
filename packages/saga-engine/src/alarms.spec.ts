import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Alarms, type Sleeper } from './alarms.js';
import { processTimers } from './timers.js';

class Sleeping implements Sleeper {
  alarmAtMs = Infinity;
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

  it('wakes everybody in order of time, whatever the order of arming', () => {
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

  it('wakes once, at the later time, when the wake-up moved later', () => {
    const sleeper = new Sleeping(10);
    alarms.arm(sleeper);
    sleeper.at = 50;
    alarms.arm(sleeper);
    jest.advanceTimersByTime(49);
    expect(woken).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(woken).toEqual([sleeper]);
  });

  it('wakes once, at the earlier time, when the wake-up moved earlier', () => {
    const sleeper = new Sleeping(50);
    alarms.arm(sleeper);
    sleeper.at = 10;
    alarms.arm(sleeper);
    jest.advanceTimersByTime(10);
    expect(woken).toEqual([sleeper]);
    jest.advanceTimersByTime(100);
    expect(woken).toHaveLength(1);
  });

  it('wakes once when two of its entries come up together', () => {
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

  it('forgets who no longer wants to be woken, and everybody when stopped', () => {
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
