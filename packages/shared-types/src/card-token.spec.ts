import { describe, expect, it } from '@jest/globals';
import { CARD_TOKEN, cardOfToken, isExpired, tokenizedCard } from './card-token.js';

const UNIQUE = '0123456789abcdef';

describe('the token of a card', () => {
  it.each([
    ['4242 4242 4242 4242', 'visa', '4242'],
    ['5555555555554444', 'mastercard', '4444'],
    ['378282246310005', 'amex', '0005'],
    ['6011111111111117', 'unknown', '1117'],
  ])(
    'of %s has the brand %s and the last digits %s, and no other digits',
    (number, brand, last4) => {
      const card = tokenizedCard(number, UNIQUE);
      expect(card).toEqual({ token: `tok_${brand}_${last4}_${UNIQUE}`, brand, last4 });
      expect(card.token).toMatch(CARD_TOKEN);
      expect(card.token).not.toContain(number.replaceAll(' ', '').slice(0, -4));
      expect(cardOfToken(card.token)).toEqual(card);
    },
  );

  it.each(['', 'tok_visa_4242', '4242424242424242', `tok_visa_4242_${UNIQUE}0`])(
    'is not %j',
    (token) => {
      expect(cardOfToken(token)).toBeUndefined();
    },
  );
});

describe('a card', () => {
  it('is valid until the end of the month that it names', () => {
    expect(isExpired('11/26', Date.UTC(2026, 11, 1) - 1)).toBe(false);
    expect(isExpired('11/26', Date.UTC(2026, 11, 1))).toBe(true);
    expect(isExpired('12/26', Date.UTC(2026, 11, 31))).toBe(false);
  });
});
