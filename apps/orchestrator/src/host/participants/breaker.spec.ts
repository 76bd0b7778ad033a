import { describe, expect, it } from '@jest/globals';
import { Breaker } from './breaker.js';

const SETTINGS = { sagasMin: 3, faultsMs: 2_000, silentMs: 10_000, absentMs: 3_000 };
const closed = (): Breaker => new Breaker(SETTINGS);

/** Open because its queue has had no consumer since 0. */
function unread(): Breaker {
  const breaker = closed();
  breaker.seen(1, -1);
  breaker.seen(0, 0);
  breaker.update(3_000);
  return breaker;
}

/** Open because of faults, at 2 000. */
function faulty(): Breaker {
  const breaker = closed();
  for (const saga of ['a', 'b', 'c']) breaker.fault(saga, 0);
  breaker.update(2_000);
  return breaker;
}

describe('a breaker opens', () => {
  const stateAfter = (breaker: Breaker, nowMs: number) => {
    breaker.update(nowMs);
    return breaker.state;
  };

  it('when different sagas met faults only, for long enough', () => {
    const breaker = closed();
    breaker.fault('a', 0);
    breaker.fault('b', 10);
    breaker.fault('c', 20);
    expect(stateAfter(breaker, 1_999)).toBe('closed');
    expect(stateAfter(breaker, 2_000)).toBe('open');
    expect(breaker.admits(2_000)).toBe(false);
  });

  it('when different sagas met silence only, for long enough', () => {
    const breaker = closed();
    for (const saga of ['a', 'b', 'c']) breaker.silent(saga, 100, 5_100);
    expect(stateAfter(breaker, 10_099)).toBe('closed');
    expect(stateAfter(breaker, 10_100)).toBe('open');
  });

  it('when its queue has lost its consumers for long enough', () => {
    const breaker = closed();
    breaker.seen(2, 0);
    breaker.seen(0, 1_000);
    breaker.seen(0, 2_000);
    expect(stateAfter(breaker, 3_999)).toBe('closed');
    expect(stateAfter(breaker, 4_000)).toBe('open');
  });

  it('when its queue has no consumer after it answered, though no count ever found one', () => {
    const breaker = closed();
    breaker.seen(0, 0);
    breaker.served(2_500);
    expect(stateAfter(breaker, 3_100)).toBe('closed');
    breaker.seen(0, 3_500);
    expect(stateAfter(breaker, 6_499)).toBe('closed');
    expect(stateAfter(breaker, 6_500)).toBe('open');
  });

  //  what happened                                                          told by
  it.each<[string, (breaker: Breaker) => void]>([
    ['one saga has trouble for ever', (it) => range(99).forEach((n) => it.fault('a', n))],
    ['one saga is not answered for ever', (it) => range(99).forEach((n) => it.silent('a', n, n))],
    [
      'a good answer came between the faults',
      (it) => {
        it.fault('a', 0);
        it.fault('b', 0);
        it.served(1);
        it.fault('c', 2);
      },
    ],
    [
      'answers are late, but come',
      (it) => {
        for (const n of range(100)) {
          it.served(n * 100);
          it.silent(`saga ${n}`, n * 100 - 6_000, n * 100);
        }
      },
    ],
    [
      'others were answered after those who were not',
      (it) => {
        it.served(5_000);
        for (const saga of ['a', 'b', 'c']) it.silent(saga, 4_000, 6_000);
      },
    ],
    ['its queue never had a consumer', (it) => range(9).forEach((n) => it.seen(0, n))],
    [
      'its readers were away for a moment, twice',
      (it) => {
        it.seen(1, 0);
        it.seen(0, 97_100);
        it.seen(1, 98_000);
        it.seen(0, 98_100);
      },
    ],
    [
      'this instance was not connected',
      (it) => {
        it.seen(1, 0);
        it.seen(0, 0);
        for (const saga of ['a', 'b', 'c']) it.silent(saga, 0, 5_000);
        it.forgetCounts();
      },
    ],
  ])('not when %s', (_name, happens) => {
    const breaker = closed();
    happens(breaker);
    expect(stateAfter(breaker, 100_000)).toBe('closed');
  });
});

describe('a breaker that is open', () => {
  it('lets no saga begin, however long it lasts', () => {
    for (const breaker of [faulty(), unread()]) {
      breaker.update(900_000);
      expect(breaker.admits(900_000)).toBe(false);
    }
  });

  it('closes with the first good answer to a saga under way', () => {
    const breaker = faulty();
    breaker.served(2_500);
    expect(breaker).toMatchObject({ state: 'closed' });
    expect(breaker.admits(2_500)).toBe(true);
  });

  it('may be tried as soon as its queue is read again', () => {
    const breaker = unread();
    breaker.seen(1, 9_000);
    expect(breaker.state).toBe('half-open');
  });

  it('is not tried because its queue is read when that was never the trouble', () => {
    const breaker = faulty();
    breaker.seen(1, 2_100);
    expect(breaker.state).toBe('open');
  });

  it('is queried, and may be tried when it answers', () => {
    const breaker = faulty();
    expect(breaker.isQueryDue(2_999)).toBe(false);
    expect(breaker.isQueryDue(3_000)).toBe(true);
    breaker.answeredQuery(3_000);
    expect(breaker.state).toBe('half-open');
  });

  it('is not queried while its queue has no consumer', () => {
    const breaker = unread();
    expect(breaker.isQueryDue(99_000)).toBe(false);
  });
});

describe('a breaker that is half-open', () => {
  const halfOpen = (): Breaker => {
    const breaker = faulty();
    breaker.answeredQuery(3_000);
    return breaker;
  };

  it('lets a few try in every second', () => {
    const breaker = halfOpen();
    expect(range(5).map(() => breaker.admits(3_000))).toEqual([true, true, true, false, false]);
    expect(breaker.admits(3_999)).toBe(false);
    expect(breaker.admits(4_000)).toBe(true);
  });

  it('closes with the first good answer', () => {
    const breaker = halfOpen();
    breaker.served(3_010);
    expect(range(9).every(() => breaker.admits(3_020))).toBe(true);
  });

  it('opens again with the first fault, or when a try is not answered, or its queue has no consumer', () => {
    const again: ((breaker: Breaker) => void)[] = [
      (breaker) => breaker.fault('a', 3_010),
      (breaker) => breaker.silent('a', 3_010, 8_010),
      (breaker) => breaker.seen(0, 3_010),
    ];
    for (const happens of again) {
      const breaker = halfOpen();
      happens(breaker);
      expect(breaker.state).toBe('open');
    }
  });

  it('stays so when what was sent before it is not answered', () => {
    const breaker = halfOpen();
    breaker.silent('a', 2_000, 4_000);
    expect(breaker.state).toBe('half-open');
  });

  it('is queried at growing intervals while it fails, until it serves', () => {
    const breaker = halfOpen();
    const pauses: number[] = [];
    for (let nowMs = 3_000, n = 0; n < 5; n += 1) {
      breaker.fault('a', nowMs);
      const due = range(100).find((tenth) => breaker.isQueryDue(nowMs + tenth * 100))! * 100;
      pauses.push(due);
      nowMs += due;
      breaker.answeredQuery(nowMs);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 8_000, 8_000]);
    breaker.served(99_000);
    for (const saga of ['a', 'b', 'c']) breaker.fault(saga, 99_000);
    breaker.update(101_000);
    expect(breaker.isQueryDue(102_000)).toBe(true);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
