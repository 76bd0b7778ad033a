import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deadlines } from './deadlines.js';

describe('deadlines of one length', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('end at their own times, unless they were cancelled, with one timer for all', () => {
    const deadlines = new Deadlines(100);
    const ended: string[] = [];
    const start = (name: string) => deadlines.start(() => ended.push(name));
    const callOff = start('first');
    jest.advanceTimersByTime(30);
    start('second');
    jest.advanceTimersByTime(30);
    const callOffToo = start('third');
    start('fourth');
    expect(jest.getTimerCount()).toBe(1);
    callOff();
    jest.advanceTimersByTime(69);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toEqual(['second']);
    callOffToo();
    jest.advanceTimersByTime(30);
    expect(ended).toEqual(['second', 'fourth']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('continue after earlier ones have ended, also one that begins when another ends', () => {
    const deadlines = new Deadlines(100);
    const ended: number[] = [];
    deadlines.start(() => {
      ended.push(performance.now());
      deadlines.start(() => ended.push(performance.now()));
    });
    jest.advanceTimersByTime(1_000);
    expect(ended[1]! - ended[0]!).toBe(100);
  });
});
