import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import { everyFailure, expectGolden, failureReport, traceReport } from './index.js';

const GOLDEN = join(import.meta.dirname, '../fixtures/purchase.golden.txt');

describe('the sweep over every failure', () => {
  const cases = everyFailure(purchase, {
    input: { amount: '9.99' },
    responses: { STOCK_RESERVED: { holdId: 'hold-1' } },
  });

  it('finds nothing that must not be', () => {
    const bad = cases.filter((one) => one.problems.length > 0);
    expect(traceReport(bad)).toBe('');
  });

  it('reaches every command of the saga', () => {
    for (const name of purchase.commands.keys()) {
      expect(cases.some((one) => one.name.startsWith(`${name} `))).toBe(true);
    }
  });

  it('has the same result for each failure as before', () => {
    expectGolden(GOLDEN, failureReport(cases));
  });
});
