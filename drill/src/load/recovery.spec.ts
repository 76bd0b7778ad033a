import { describe, expect, it } from '@jest/globals';
import { type Asked, Ledger } from './ledger.js';
import { longestGapMs, servedAgainAtMs } from './recovery.js';

const ledger = new Ledger();
const plain = ledger.intent({ kind: 'plain', items: [], keyed: true });
const scarce = ledger.intent({ kind: 'scarce', items: [], keyed: true });

/** `[askedAtMs, status, answeredAtMs]`; status 0 is silence, no status waits. */
function asked(rows: readonly (readonly number[])[], intent = plain): Asked[] {
  return rows.map(([askedAtMs = 0, status, atMs = 0]) => ({
    requestId: 'r',
    intent,
    otherCart: false,
    askedAtMs,
    ...(status === 0 && { silence: 'ECONNRESET' }),
    ...(status && { answer: { status, replayed: false, atMs } }),
  }));
}

describe('servedAgainAtMs', () => {
  it('is the first answer of so many in a row, asked after the fault', () => {
    const rows = [
      [90, 200, 95],
      [100, 503, 101],
      [110, 200, 150],
      [120, 0],
      [130, 402, 190],
      [140, 200, 160],
      [150, 200, 170],
    ];
    expect(servedAgainAtMs(asked(rows), 100, 3)).toBe(190);
    expect(servedAgainAtMs(asked(rows), 100, 4)).toBeUndefined();
  });

  it('is not known while an earlier request still waits', () => {
    const rows = [[100], [110, 200, 111], [120, 200, 121]];
    expect(servedAgainAtMs(asked(rows), 100, 2)).toBeUndefined();
    expect(servedAgainAtMs(asked(rows.slice(1)), 100, 2)).toBe(111);
  });

  it('does not count what may be refused for other reasons', () => {
    const rows = [[100, 409, 101]];
    const all = [...asked(rows, scarce), ...asked([[110, 200, 111]])];
    expect(servedAgainAtMs(all, 100, 1)).toBe(111);
  });
});

describe('longestGapMs', () => {
  it('is the longest time without a served request, edges included', () => {
    const rows = [
      [0, 200, 90],
      [100, 200, 130],
      [110, 503, 200],
      [120, 402, 290],
    ];
    expect(longestGapMs(asked(rows), 100, 300)).toBe(160);
    expect(longestGapMs(asked(rows), 100, 1_000)).toBe(710);
    expect(longestGapMs(asked([]), 100, 300)).toBe(200);
  });

  it('does not count what others are served, nor what comes later', () => {
    const all = [...asked([[100, 200, 150]], scarce), ...asked([[100, 200, 400]])];
    expect(longestGapMs(all, 100, 300)).toBe(200);
  });
});
