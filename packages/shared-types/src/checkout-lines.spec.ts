import { describe, expect, it } from '@jest/globals';
import { checkoutLines, totalMinorOf } from './checkout-lines.js';
import type { CheckoutRequestDto } from './checkout-request.dto.js';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
const request = (...items: CheckoutRequestDto['items']): CheckoutRequestDto => ({
  userId: 'user-123',
  items,
});

describe('checkout lines', () => {
  it('sum the quantities of one product before any check', () => {
    const result = checkoutLines(
      request(
        { productId: B, quantity: 1, price: '2' },
        { productId: A.toUpperCase(), quantity: 2, price: '29.99' },
        { productId: A, quantity: 3, price: 29.99 },
      ),
      2,
    );
    expect(result).toEqual({
      lines: [
        { productId: A, quantity: 5, priceMinor: 2999 },
        { productId: B, quantity: 1, priceMinor: 200 },
      ],
    });
  });

  it('may not have one product at two prices', () => {
    const result = checkoutLines(
      request(
        { productId: A, quantity: 1, price: '1.00' },
        { productId: A, quantity: 1, price: '1.01' },
      ),
      2,
    );
    expect(result).toEqual({ problems: [expect.objectContaining({ field: 'items.1.price' })] });
  });

  it('may not have a sum of quantities above 1000', () => {
    const result = checkoutLines(
      request({ productId: A, quantity: 600, price: 1 }, { productId: A, quantity: 401, price: 1 }),
      2,
    );
    expect(result).toEqual({ problems: [expect.objectContaining({ field: 'items' })] });
  });

  it('treat equal numbers as one price, in any spelling', () => {
    const spellings = ['29.99', '29.990', '029.99', 29.99, '29.9900000'];
    const items = spellings.map((price) => ({ productId: A, quantity: 1, price }));
    expect(checkoutLines(request(...items), 2)).toEqual({
      lines: [{ productId: A, quantity: 5, priceMinor: 2999 }],
    });
  });

  it.each([
    [2, '0', 'from 0.01 to 9999999.99 with at most 2 decimals'],
    [2, '29.999', 'from 0.01 to 9999999.99 with at most 2 decimals'],
    [0, '29.99', 'from 1 to 9999999 with at most 0 decimals'],
    [0, '0.5', 'from 1 to 9999999 with at most 0 decimals'],
    [0, '10000000', 'from 1 to 9999999 with at most 0 decimals'],
  ])(
    'with a currency of %i digits and the price %s get a message with the limits',
    (digits, price, rule) => {
      expect(checkoutLines(request({ productId: A, quantity: 1, price }), digits)).toEqual({
        problems: [{ field: 'items.0.price', message: `price must be ${rule}` }],
      });
    },
  );

  it.each(['0', '0.00', '29.999', '9999999.991'])('may not have the price %s', (price) => {
    const result = checkoutLines(request({ productId: A, quantity: 1, price }), 2);
    expect(result).toEqual({ problems: [expect.objectContaining({ field: 'items.0.price' })] });
  });

  it('of the largest order have an exact total', () => {
    const lines = Array.from({ length: 100 }, (_, i) => ({
      productId: String(i),
      quantity: 1000,
      priceMinor: 999_999_999,
    }));
    expect(totalMinorOf(lines)).toBe(99_999_999_900_000);
  });
});
