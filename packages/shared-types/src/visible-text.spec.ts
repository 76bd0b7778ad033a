import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import { validateFast } from './fast-validation.js';
import { CheckoutRequestDto } from './checkout-request.dto.js';
import { OrderCreateCommand } from './order-commands.js';
import { hasVisibleText } from './visible-text.js';

const INVISIBLE = [
  ['spaces', '   '],
  ['a no-break space', '\u00a0'],
  ['a zero-width space', '\u200b'],
  ['a zero-width joiner', '\u200d'],
  ['a word joiner', '\u2060'],
  ['a byte order mark', '\ufeff'],
  ['a soft hyphen', '\u00ad'],
  ['an ideographic space', '\u3000'],
  ['a line separator', '\u2028'],
  ['a right-to-left override', '\u202e'],
  ['a Hangul filler', '\u3164'],
  ['a blank Braille cell', '\u2800'],
  ['a variation selector', '\ufe0f'],
  ['a tag character', '\u{e0041}'],
  ['several of them', ' \u200b\u2003\u2060 '],
  ['nothing', ''],
] as const;

const orderId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const items = [{ productId: orderId, quantity: 1, price: '29.99' }];

describe('a text', () => {
  it.each(INVISIBLE)('of %s is not visible', (_what, text) => {
    expect(hasVisibleText(text)).toBe(false);
  });

  it.each(['a', '名', '👩', ' a ', '\u200ba', '0', '-', 'é', '\u202eabc'])(
    'that shows something is visible: %j',
    (text) => {
      expect(hasVisibleText(text)).toBe(true);
    },
  );
});

describe('a userId', () => {
  it.each(INVISIBLE)('of %s is refused by a checkout and by order.create', (_what, userId) => {
    expect(validateFast(CheckoutRequestDto, { userId, items })).toBeUndefined();
    const command = { orderId, userId, items, totalAmount: '29.99' };
    expect(validateFast(OrderCreateCommand, command)).toBeUndefined();
    const asked = Object.assign(new CheckoutRequestDto(), { userId });
    const [problem] = validateSync(asked);
    expect(problem).toMatchObject({ property: 'userId' });
  });
});
