import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { asBytes, fuzz, mutated } from '@backstitch/testkit/fuzz';
import { plainToInstance } from 'class-transformer';
import { IsInt, IsString, Min, ValidateIf, ValidateNested, validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { FastValidation, validateFast } from './fast-validation.js';
import { CheckoutRequestDto } from './checkout-request.dto.js';
import { InventoryReserveCommand } from './inventory-commands.js';
import { OrderCreateCommand } from './order-commands.js';
import { OrderIdCommand } from './order-id.command.js';
import { PaymentProcessCommand } from './payment-commands.js';
import { readJson } from './read-json.js';

const orderId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const line = { productId: orderId, quantity: 2, price: '29.99' };
const cart = { userId: 'user-1', items: [line, { ...line, quantity: 1000 }] };
const hot: [new () => object, object[]][] = [
  [CheckoutRequestDto, [cart, { ...cart, items: [{ ...line, price: 29.99 }] }]],
  [OrderCreateCommand, [{ ...cart, orderId, totalAmount: '59.98' }]],
  [
    InventoryReserveCommand,
    [
      { orderId, items: [line], holdSeconds: 60 },
      { orderId, items: [{ productId: orderId, quantity: 1 }], holdSeconds: null },
    ],
  ],
  [PaymentProcessCommand, [{ orderId, amount: '59.98' }]],
  [OrderIdCommand, [{ orderId }]],
];

/** The result of class-transformer and class-validator; undefined when the value is invalid. */
function validateFully(dto: new () => object, value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const instance = plainToInstance<object, object>(dto, value);
  const rules = { whitelist: true, forbidNonWhitelisted: true };
  return validateSync(instance, rules).length === 0 ? instance : undefined;
}

describe.each(hot)('the fast validation of %p', (dto, good) => {
  it('accepts the values that class-validator accepts, with equal instances, and no others', async () => {
    const inputs = asBytes(mutated(fc.constantFrom(...good)));
    const tally = await fuzz(dto.name, 4_000, inputs, (bytes) => {
      const read = readJson(bytes);
      if ('problem' in read) return 'unreadable';
      const valid = validateFast(dto, read.value);
      if (!isDeepStrictEqual(valid, validateFully(dto, read.value)))
        throw new Error('the two validations differ');
      return valid ? 'good' : 'bad';
    });
    expect(Object.keys(tally).sort()).toEqual(['bad', 'good', 'unreadable']);
  }, 60_000);
});

class Plain {
  @IsString()
  text!: string;
}

@FastValidation()
class Conditional {
  @ValidateIf(({ count }: { count: number }) => count > 0)
  @Min(2)
  count!: number;

  @IsInt({ groups: ['some'] })
  grouped!: number;
}

@FastValidation()
class Nested {
  @ValidateNested()
  plain!: Plain;
}

@FastValidation()
class Listed {
  @IsString({ each: true })
  texts!: string[];
}

const heir: unknown = Object.assign(Object.create({ odd: 1 }) as object, { orderId });

describe('the fast validation returns undefined', () => {
  it.each([
    ['for a class that is not marked', Plain, { text: 'x' }],
    ['for a class with rules for groups', Conditional, { count: 3, grouped: 1 }],
    ['for a class with a nested class that is not a line', Nested, { plain: { text: 'x' } }],
    ['for a class with rules for each member of an array', Listed, { texts: 'x' }],
    ['for a value that is not a plain object', OrderIdCommand, heir],
  ])('%s', (_, dto: new () => object, value) => {
    expect(validateFast(dto, value)).toBeUndefined();
  });
});
