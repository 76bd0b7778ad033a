import { describe, expect, it } from '@jest/globals';
import { figure, table } from './table.js';

describe('table', () => {
  it('aligns names to the left and figures to the right', () => {
    const rows = [
      ['system', 'checkouts/s'],
      ['textbook', '98'],
      ['x', '7', 'more'],
    ];
    expect(table(rows)).toBe(
      ['system     checkouts/s', 'textbook            98', 'x                    7   more'].join(
        '\n',
      ),
    );
  });
});

describe('figure', () => {
  it.each([
    [1234.5, '1235'],
    [99.94, '99.9'],
    [4.567, '4.57'],
    [0.0349, '0.035'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('writes %p as %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
