import { beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseClock, DatabaseTimeUnknown } from './clock.js';

describe('the clock of the database', () => {
  let monotonicMs: number;
  let clock: DatabaseClock;

  /** A round trip that takes `there` + `back` ms and reads the database's clock in between. */
  const read = (databaseMs: () => number, there: number, back: number) =>
    clock.learnFrom(() => {
      monotonicMs += there;
      const seen = databaseMs();
      monotonicMs += back;
      return Promise.resolve(seen);
    });

  beforeEach(() => {
    monotonicMs = 0;
    clock = new DatabaseClock(() => monotonicMs);
  });

  it('tells no time before it has learned it', () => {
    expect(() => clock.nowMs()).toThrow(DatabaseTimeUnknown);
  });

  it('goes on by the monotonic clock from the middle of the round trip', async () => {
    await read(() => 5_000_000 + monotonicMs, 1, 1);
    monotonicMs += 500;
    expect(clock.nowMs()).toBe(5_000_000 + monotonicMs);
  });

  it('believes the quicker of two round trips', async () => {
    await read(() => 5_000_000 + monotonicMs, 1, 1);
    await read(() => 5_000_000 + monotonicMs, 0, 300);
    expect(clock.nowMs()).toBe(5_000_000 + monotonicMs);
  });

  it('follows a database whose clock was set', async () => {
    await read(() => 5_000_000 + monotonicMs, 1, 1);
    await read(() => 4_000_000 + monotonicMs, 10, 10);
    expect(clock.nowMs()).toBe(4_000_000 + monotonicMs);
  });

  it('follows a drift that an old, exact reading would deny', async () => {
    await read(() => 5_000_000 + monotonicMs, 0, 0);
    monotonicMs += 60_000;
    await read(() => 5_000_005 + monotonicMs, 1, 1);
    expect(clock.nowMs()).toBe(5_000_005 + monotonicMs);
  });
});
