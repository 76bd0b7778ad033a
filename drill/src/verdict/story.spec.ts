import { describe, expect, it } from '@jest/globals';
import { bySaga, storyOf } from './story.js';

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

describe('storyOf', () => {
  it('begins with every breach, then says what it is about', async () => {
    const breaches = [{ what: 'not paid', sagaId: 's1', orderId: 'o1' }, { what: 'not confirmed' }];
    expect(await storyOf(breaches, [], NO_ROWS)).toEqual([
      'not paid',
      'not confirmed',
      '    saga s1, order o1',
    ]);
    expect(await storyOf([{ what: 'stock is missing' }], [], NO_ROWS)).toEqual([
      'stock is missing',
    ]);
  });
});
