import { describe, expect, it } from '@jest/globals';
import { sum, times } from './minor.js';
import { money } from './money.js';

describe('prices', () => {
  it.each([
    ['29.99', 3, '89.97'],
    ['0.07', 3, '0.21'],
    ['500', 2, '1000'],
    ['9999999.99', 1000, '9999999990.00'],
  ])('%s times %i is exactly %s', (price, quantity, total) => {
    expect(times(price, quantity)).toBe(total);
  });

  it('add up exactly, also with different numbers of decimals', () => {
    expect(sum(['0.1', '0.20', '1'])).toBe('1.30');
    expect(sum([])).toBe('0');
  });

  it.each([
    ['1299.99', 'USD', '$1,299.99'],
    ['500', 'JPY', '¥500'],
  ])('%s %s is shown as %s', (amount, currency, shown) => {
    expect(money(amount, currency)).toBe(shown);
  });
});
