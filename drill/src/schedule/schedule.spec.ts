import { describe, expect, it, jest } from '@jest/globals';
import type { Fault } from '../faults/fault.js';
import { seededRandom } from '../site/random.js';
import { Ledger } from '../load/ledger.js';
import { SERVED_IN_A_ROW } from '../load/recovery.js';
import type { Site } from '../site/site.js';
import { deal, runSchedule } from './schedule.js';

const fault = (name: string, seconds?: number): Fault => ({
  name,
  title: name,
  ...(seconds !== undefined && { seconds }),
  inject: async () => ({ what: '', inFlight: 0 }),
});
const FAULTS = 'abcdefgh'.split('').map((name) => fault(name));
const AGES = 1_000_000;

function dealt(seed: number, count: number, faults = FAULTS): string {
  const next = deal(faults, seededRandom(seed));
  return Array.from({ length: count }, () => next(AGES)?.name ?? '-').join('');
}

describe('deal', () => {
  it('deals every fault once before any a second time', () => {
    const order = dealt(7, 16);
    expect(order.slice(0, 8).split('').sort().join('')).toBe('abcdefgh');
    expect(order.slice(8).split('').sort().join('')).toBe('abcdefgh');
  });

  it('deals in the order of the seed', () => {
    expect(dealt(7, 8)).toBe(dealt(7, 8));
    expect(new Set([1, 2, 3, 4, 5].map((seed) => dealt(seed, 8))).size).toBeGreaterThan(1);
  });

  it('leaves out what no longer fits, and deals what does', () => {
    const next = deal([fault('long', 60), fault('short', 5)], seededRandom(1));
    expect(next(30)?.name).toBe('short');
    expect(next(30)).toBeUndefined();
    expect(next(90)?.name).toBe('long');
    expect(next(3)).toBeUndefined();
  });
});

describe('runSchedule', () => {
  it('gives every fault one turn when no time is set', async () => {
    const { signal } = new AbortController();
    const ledger = new Ledger();
    jest.spyOn(ledger, 'nowMs').mockReturnValue(0); // all is served at once
    const intent = ledger.intent({ kind: 'plain', items: [], keyed: true });
    const serve = (): void => {
      for (let count = 0; count < SERVED_IN_A_ROW; count += 1) {
        ledger.enter(intent).answer = { status: 200, replayed: false, atMs: ledger.nowMs() };
      }
    };
    const site = { stopping: signal, apps: [], say: serve } as unknown as Site;
    const faults = [
      fault('a'),
      fault('b', 600),
      { ...fault('c'), inject: () => Promise.reject(new Error('x')) },
    ];
    const injected = await runSchedule({ site, ledger, faults, random: seededRandom(1) });
    expect(injected.map((one) => one.fault).sort()).toEqual(['a', 'b', 'c']);
    expect(injected.find((one) => one.fault === 'c')?.failure).toBe('x');
  });
});
