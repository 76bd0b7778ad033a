import { describe, expect, it } from '@jest/globals';
import { summarize, type CpuProfile } from './cpu-profile.js';

const frame = (functionName: string, url = '', lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
});

/** One millisecond a sample: claim calls itself once and then pg; the rest waits and collects garbage. */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('(garbage collector)') },
    { id: 4, callFrame: frame('onread', 'node:internal/stream', 9), children: [5] },
    {
      id: 5,
      callFrame: frame('claim', 'file:///home/me/shop/apps/x/dist/a.js', 40),
      children: [6],
    },
    {
      id: 6,
      callFrame: frame('claim', 'file:///home/me/shop/apps/x/dist/a.js', 40),
      children: [7],
    },
    {
      id: 7,
      callFrame: frame(
        '',
        'file:///home/me/shop/node_modules/.pnpm/pg@8/node_modules/pg/lib/q.js',
        6,
      ),
    },
  ],
  samples: [2, 2, 3, 4, 5, 6, 7, 7, 2],
  timeDeltas: Array.from({ length: 9 }, () => 1_000),
};
const summary = summarize(PROFILE, '/home/me/shop/');

describe('summarize', () => {
  it('does not count waiting as work', () => {
    expect(summary.busyMs).toBe(6);
  });

  it('gives each package its own time', () => {
    expect(Object.fromEntries(summary.packages.map(({ where, ms }) => [where, ms]))).toEqual({
      'npm pg': 2,
      'apps/x': 2,
      'Node.js': 1,
      '(garbage collector)': 1,
    });
  });

  it('names functions by file and line, counted from 1, dearest first', () => {
    expect(summary.functions.slice(0, 2).map(({ where }) => where)).toEqual([
      'claim apps/x/dist/a.js:41',
      '(anonymous) pg/lib/q.js:7',
    ]);
  });

  it('adds what a function of ours calls, recursion once', () => {
    expect(summary.withCallees).toEqual([{ where: 'claim apps/x/dist/a.js:41', ms: 4 }]);
  });
});
