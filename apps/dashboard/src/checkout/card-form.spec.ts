import { describe, expect, it } from '@jest/globals';
import { cardProblems, slashedExpiry, spacedNumber } from './card-form.js';

const CARD = { number: '4242 4242 4242 4242', expiry: '11/26', cvc: '123', name: '' };
const NOVEMBER_MS = Date.UTC(2026, 10, 30);

describe('a card as it is typed', () => {
  it('has no problem when its check digit fits and it has not expired', () => {
    expect(cardProblems(CARD, NOVEMBER_MS)).toEqual({});
    expect(cardProblems({ ...CARD, number: '378282246310005', cvc: '1234' }, 0)).toEqual({});
  });

  it.each([
    ['number', '', 'Enter the number'],
    ['number', '4242 4242 4242 4241', 'wrong'],
    ['number', '4242 4242 4242 2442', 'wrong'],
    ['number', '4242', 'Enter the number'],
    ['expiry', '10/26', 'expired'],
    ['expiry', '13/26', 'Enter the month'],
    ['expiry', '', 'Enter the month'],
    ['cvc', '12', 'Enter the 3'],
    ['cvc', '12a', 'Enter the 3'],
  ] as const)('whose %s is "%s" is told so at that field only', (field, value, said) => {
    const problems = cardProblems({ ...CARD, [field]: value }, NOVEMBER_MS);
    expect(problems).toEqual({ [field]: expect.stringContaining(said) });
    if (value !== '') expect(JSON.stringify(problems)).not.toContain(value);
  });

  it('is valid until the end of its month', () => {
    const lastMs = Date.UTC(2026, 11, 1) - 1;
    expect(cardProblems(CARD, lastMs)).toEqual({});
    expect(cardProblems(CARD, lastMs + 1)).toEqual({ expiry: 'The card has expired.' });
  });

  it('is written in groups, and its expiry with a slash', () => {
    expect(spacedNumber('4242-42424242')).toBe('4242 4242 4242');
    expect(['1', '9', '12', '1228', '928', '12/2'].map((text) => slashedExpiry(text))).toEqual([
      '1',
      '09/',
      '12/',
      '12/28',
      '09/28',
      '12/2',
    ]);
    expect(slashedExpiry('12', '12/')).toBe('12');
  });
});
