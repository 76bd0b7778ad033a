import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { asBytes, fuzz, mutated } from '@backstitch/testkit/fuzz';
import { plainToInstance } from 'class-transformer';
import { IsInt, IsString, Min, ValidateIf, ValidateNested, validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { AtSight, soundAtSight } from './fast-validation.js';
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

/** The whole way: what the pipes do with what is not known at sight. Undefined when it is refused. */
function inFull(dto: new () => object, value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const made = plainToInstance<object, object>(dto, value);
  const rules = { whitelist: true, forbidNonWhitelisted: true };
  return validateSync(made, rules).length === 0 ? made : undefined;
}

describe.each(hot)('%p at sight', (dto, good) => {
  it('is what transforming and validating it makes of it, for good values and no others', async () => {
    const inputs = asBytes(mutated(fc.constantFrom(...good)));
    const tally = await fuzz(dto.name, 4_000, inputs, (bytes) => {
      const read = readJson(bytes);
      if ('problem' in read) return 'unreadable';
      const sound = soundAtSight(dto, read.value);
      if (!isDeepStrictEqual(sound, inFull(dto, read.value))) throw new Error('judged differently');
      return sound ? 'good' : 'bad';
    });
    expect(Object.keys(tally).sort()).toEqual(['bad', 'good', 'unreadable']);
  }, 60_000);
});

class Plain {
  @IsString()
  text!: string;
}

@AtSight()
class Conditional {
  @ValidateIf(({ count }: { count: number }) => count > 0)
  @Min(2)
  count!: number;

  @IsInt({ groups: ['some'] })
  grouped!: number;
}

@AtSight()
class Nested {
  @ValidateNested()
  plain!: Plain;
}

@AtSight()
class Listed {
  @IsString({ each: true })
  texts!: string[];
}

const heir: unknown = Object.assign(Object.create({ odd: 1 }) as object, { orderId });

describe('at sight, nothing is said', () => {
  it.each([
    ['of a class that was not named for it', Plain, { text: 'x' }],
    ['of a class with rules for groups', Conditional, { count: 3, grouped: 1 }],
    ['of a class with a nested one that is no line', Nested, { plain: { text: 'x' } }],
    ['of a class with rules for each member of a list', Listed, { texts: 'x' }],
    ['of what is no plain object', OrderIdCommand, heir],
  ])('%s', (_, dto: new () => object, value) => {
    expect(soundAtSight(dto, value)).toBeUndefined();
  });
});
