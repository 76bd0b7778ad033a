import { describe, expect, it } from '@jest/globals';
import { summarize, type CpuProfile } from './cpu-profile.js';

const frame = (functionName: string, url = '', lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
});

const SHOP = 'file:///home/me/shop/';

/** One millisecond a sample: claim calls itself and then pg, which writes; the rest waits or cleans up. */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('(garbage collector)') },
    { id: 4, callFrame: frame('onread', 'node:internal/stream', 9), children: [5] },
    { id: 5, callFrame: frame('claim', `${SHOP}apps/x/dist/a.js`, 40), children: [6] },
    { id: 6, callFrame: frame('claim', `${SHOP}apps/x/dist/a.js`, 40), children: [7] },
    {
      id: 7,
      callFrame: frame('', `${SHOP}node_modules/.pnpm/pg@8/node_modules/pg/lib/q.js`, 6),
      children: [8],
    },
    { id: 8, callFrame: frame('writev') },
  ],
  samples: [2, 2, 3, 4, 5, 6, 7, 8, 8, 2],
  timeDeltas: Array.from({ length: 10 }, () => 1_000),
};
const summary = summarize(PROFILE, '/home/me/shop/');

describe('summarize', () => {
  it('does not count waiting as work', () => {
    expect(summary.busyMs).toBe(7);
  });

  it('charges a package with the native work that it asks for', () => {
    expect(Object.fromEntries(summary.packages.map(({ where, ms }) => [where, ms]))).toEqual({
      'npm pg': 3,
      'apps/x': 2,
      'Node.js': 1,
      '(garbage collector)': 1,
    });
  });

  it('names functions by file and line, counted from 1, dearest first', () => {
    const functions = summary.functions.map(({ where }) => where);
    expect(functions.slice(0, 2)).toEqual(['claim apps/x/dist/a.js:41', 'writev']);
    expect(functions).toContain('onread node:internal/stream:10');
  });

  it('adds what a function of ours calls, recursion once', () => {
    expect(summary.withCallees).toEqual([{ where: 'claim apps/x/dist/a.js:41', ms: 5 }]);
  });
});
