import { describe, expect, it } from '@jest/globals';
import { currencyDigits, fromMinor, toMinor } from './money.js';

describe('money', () => {
  it.each([
    ['29.99', 2, 2999],
    ['30', 2, 3000],
    ['30.5', 2, 3050],
    [0.01, 2, 1],
    ['500', 0, 500],
    ['500.00', 0, 500],
  ])('reads %p with %i digits as %i minor units', (amount, digits, minor) => {
    expect(toMinor(amount, digits)).toBe(minor);
  });

  it.each(['1e3', '-1', '29.999', '', ' 1', '1.', '.5', 'NaN', '0x10', 0.1 + 0.2])(
    'refuses %p instead of rounding it',
    (amount) => {
      expect(toMinor(amount, 2)).toBeUndefined();
    },
  );

  it('refuses a fraction that the currency does not have, instead of multiplying the amount', () => {
    expect(toMinor('500.5', 0)).toBeUndefined();
    expect(toMinor('500.05', 1)).toBeUndefined();
  });

  it('writes every minor amount with exactly the digits of its currency', () => {
    expect(fromMinor(5998, 2)).toBe('59.98');
    expect(fromMinor(5, 2)).toBe('0.05');
    expect(fromMinor(500, 0)).toBe('500');
    expect(fromMinor(-5, 2)).toBe('-0.05');
  });

  it('knows the digits of real currencies and refuses invented ones', () => {
    expect(currencyDigits('USD')).toBe(2);
    expect(currencyDigits('JPY')).toBe(0);
    expect(() => currencyDigits('XYZ')).toThrow(/ISO 4217/);
  });
});
