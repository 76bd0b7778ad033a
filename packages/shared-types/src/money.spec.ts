import { describe, expect, it } from '@jest/globals';
import {
  currencyDigits,
  fromMinor,
  isAmount,
  isDecimal,
  priceLimits,
  priceRule,
  roundedAmount,
  toMinor,
  toPriceMinor,
} from './money.js';

describe('money', () => {
  it.each([
    ['29.99', 2, 2999],
    ['30', 2, 3000],
    ['30.5', 2, 3050],
    [0.01, 2, 1],
    ['500', 0, 500],
    ['500.00', 0, 500],
    ['29.990', 2, 2999],
    ['29.9', 2, 2990],
    ['029.99', 2, 2999],
    ['500.0000', 0, 500],
    [`29.99${'0'.repeat(1000)}`, 2, 2999],
    ['999999999999.99', 2, 99_999_999_999_999],
  ])('reads %p with %i digits as %i minor units', (amount, digits, minor) => {
    expect(toMinor(amount, digits)).toBe(minor);
  });

  it.each(['1e3', '-1', '29.999', '', ' 1', '1.', '.5', 'NaN', '0x10', 0.1 + 0.2])(
    'refuses %p instead of rounding it',
    (amount) => {
      expect(toMinor(amount, 2)).toBeUndefined();
    },
  );

  it('refuses more decimals than the currency has', () => {
    expect(toMinor('500.5', 0)).toBeUndefined();
    expect(toMinor('500.05', 1)).toBeUndefined();
  });

  it('writes every minor amount with exactly the digits of its currency', () => {
    expect(fromMinor(5998, 2)).toBe('59.98');
    expect(fromMinor(5, 2)).toBe('0.05');
    expect(fromMinor(500, 0)).toBe('500');
    expect(fromMinor(-5, 2)).toBe('-0.05');
  });

  it('has the digits of ISO 4217 currencies and refuses other codes', () => {
    expect(currencyDigits('USD')).toBe(2);
    expect(currencyDigits('JPY')).toBe(0);
    expect(() => currencyDigits('XYZ')).toThrow(/ISO 4217/);
  });

  it('reads a hundred thousand decimals in one pass, with any digit after the zeros', () => {
    const zeros = '0'.repeat(100_000);
    expect(toMinor(`29.99${zeros}`, 2)).toBe(2999);
    expect(toMinor(`29.99${zeros}1`, 2)).toBeUndefined();
  });

  it.each(['1000000000000', '29.999', '-1', '1e3', '', '29.99 '])(
    'takes %p for an amount of no currency',
    (text) => expect(isAmount(text)).toBe(false),
  );

  it.each(['29.990', '30', '0', 30, '5.999'])('accepts %p as a decimal', (value) => {
    expect(isDecimal(value)).toBe(true);
  });

  it.each(['1e3', 1e21, -1, Number.NaN, '', null, ['1'], '.5', '1.'])(
    'takes %p for no decimal',
    (value) => expect(isDecimal(value)).toBe(false),
  );
});

describe('the price of one unit', () => {
  it.each([
    [2, '0.01', '9999999.99', 'from 0.01 to 9999999.99 with at most 2 decimals'],
    [0, '1', '9999999', 'from 1 to 9999999 with at most 0 decimals'],
  ])(
    'in a currency of %i digits is from %s to %s, and its message says so',
    (digits, min, max, rule) => {
      expect(priceLimits(digits)).toEqual({ min, max });
      expect(priceRule(digits)).toBe(rule);
      expect(toPriceMinor(min, digits)).toBe(1);
      expect(toPriceMinor(max, digits)).toBe(toMinor(max, digits));
    },
  );

  it.each([
    ['0.00', 2],
    [0, 2],
    ['10000000', 2],
    ['9999999.999', 2],
    ['29.999', 2],
    ['0', 0],
    ['0.5', 0],
    ['10000000', 0],
    ['00000030', 0],
    ['29.99', 0],
  ])('is never %p in a currency of %i digits', (price, digits) => {
    expect(toPriceMinor(price, digits)).toBeUndefined();
  });

  it.each([
    ['29.99', 2, '29.99'],
    ['29.99', 0, '30'],
    ['19.49', 0, '19'],
    ['1299.99', 0, '1300'],
    ['29.990', 2, '29.99'],
  ])('of %s is the same nominal amount in a currency of %i digits: %s', (price, digits, same) => {
    expect(roundedAmount(price, digits)).toBe(same);
  });
});
