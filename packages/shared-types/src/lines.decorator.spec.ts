import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { CheckoutRequestDto } from './checkout-request.dto.js';
import { InventoryReserveCommand } from './inventory-commands.js';
import { OrderCreateCommand } from './order-commands.js';

const NO_LINE = 'each value in nested property items must be either object or array';
const id = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const line = { productId: id, quantity: 1, price: '29.99' };
const rest = { orderId: id, userId: 'user-123', totalAmount: '29.99' };

describe.each([CheckoutRequestDto, OrderCreateCommand, InventoryReserveCommand])('%p', (dto) => {
  const problems = (items: unknown) => {
    const errors = validateSync(plainToInstance<object, object>(dto, { ...rest, items }));
    return errors.flatMap(sentences);
  };

  it('accepts 1 to 100 lines', () => {
    expect(problems([line])).toEqual([]);
    expect(problems(Array.from({ length: 100 }, () => line))).toEqual([]);
  });

  it.each([
    ['a list in the list', [[line]]],
    ['an empty list in the list', [[]]],
    ['a list in a list in the list', [[[]]]],
    ['null', [null]],
    ['a number', [1]],
  ])('refuses %s as a line', (_, items) => {
    expect(problems(items)).toContain(NO_LINE);
  });

  it.each([
    ['none', undefined],
    ['null', null],
    ['an object', { length: 1 }],
    ['a text', 'x'],
  ])('refuses %s as the lines', (_, items) =>
    expect(problems(items)).toContain('items must be an array'),
  );

  it('reports a hundred thousand invalid lines in as many sentences as 101 of them', () => {
    const bad = (length: number) => problems(Array.from({ length }, () => ({ quantity: 'x' })));
    expect(bad(100_000)).toEqual(bad(101));
    expect(bad(100_000)).toContain('items must contain at most 100 lines');
  });
});

function sentences({ constraints = {}, children = [] }: ValidationError): string[] {
  return [...Object.values(constraints), ...children.flatMap(sentences)];
}
