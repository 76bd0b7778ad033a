import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { command, defineSaga, step } from '../core/define.js';
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

describe('the sweep over a saga whose first step is its pivot', () => {
  const to = (queue: string) => command(queue, `${queue}.give-back`, () => ({}));
  const givingBack = defineSaga({
    name: 'giving-back',
    version: 1,
    deadlineMs: 60_000,
    steps: [
      step('ACCEPTED', { do: to('orders'), rejections: ['NOT_NOW'], pivot: true }),
      step('MONEY_BACK', { do: to('payments') }),
    ],
  });
  const cases = everyFailure(givingBack, { input: {} });

  it('finds nothing that must not be', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
  });

  it('ends undone only when the first step is rejected, and has then sent nothing else', () => {
    const undone = cases.filter(({ end }) => end === 'undone');
    expect(undone.map(({ name }) => name)).toEqual(['ACCEPTED says NOT_NOW']);
    expect(undone[0]!.trace.join()).not.toContain('MONEY_BACK');
  });
});
