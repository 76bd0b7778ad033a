import { describe, expect, it } from '@jest/globals';
import { bySaga, breachReportOf } from './breach-report.js';

const NO_ROWS = { rows: async () => [] };

describe('bySaga', () => {
  it('puts the breaches of one saga together, and keeps others apart', () => {
    const [a, b, c] = [
      { what: 'not paid', sagaId: 's1' },
      { what: 'stock is missing' },
      { what: 'not confirmed', sagaId: 's1' },
    ];
    expect(bySaga([a, b, c])).toEqual([[a, c], [b]]);
  });
});

describe('breachReportOf', () => {
  it('begins with every breach, then says what it is about', async () => {
    const breaches = [{ what: 'not paid', sagaId: 's1', orderId: 'o1' }, { what: 'not confirmed' }];
    expect(await breachReportOf(breaches, [], NO_ROWS)).toEqual([
      'not paid',
      'not confirmed',
      '    saga s1, order o1',
    ]);
    expect(await breachReportOf([{ what: 'stock is missing' }], [], NO_ROWS)).toEqual([
      'stock is missing',
    ]);
  });
});
