import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CheckoutRequestDto } from '@backstitch/shared-types';
import { ValidationPipe } from '@nestjs/common';
import { IsString } from 'class-validator';
import { Problem } from './problem.js';
import { httpValidationPipe } from './validation.js';

class Plain {
  @IsString()
  text!: string;
}

const named = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, 1]));
const line = { productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 1, price: '29.99' };
const lines = (count: number, each: object = {}) => Array.from({ length: count }, () => each);
const pipe = httpValidationPipe();

async function refusal(metatype: new () => object, value: unknown): Promise<Problem> {
  const error: unknown = await pipe.transform(value, { type: 'body', metatype }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe('a hostile body', () => {
  /** How often class-validator was asked. */
  let validations = 0;
  beforeEach(() => {
    validations = 0;
    const prototype = ValidationPipe.prototype as unknown as { validate: () => unknown };
    const validate = prototype.validate;
    jest.spyOn(prototype, 'validate').mockImplementation(function (this: unknown, ...asked) {
      validations += 1;
      return validate.apply(this, asked);
    });
  });
  afterEach(() => void jest.restoreAllMocks());

  it.each([
    ['12,800 unknown members', named(12_800), 1],
    ['a cart with 12,800 unknown members', { userId: 'u', items: [line], ...named(12_800) }, 1],
    ['items of 10,000 members', { userId: 'u', items: named(10_000) }, 1],
    ['40,000 empty lines', { userId: 'u', items: lines(40_000) }, 1],
    ['a userId of 10,000 members', { userId: named(10_000), items: [line] }, 1],
    ['100 lines of 100 unknown members', { userId: 'u', items: lines(100, named(100)) }, 100],
    ['100 lines without a member', { userId: 'u', items: lines(100) }, 100],
  ])('of %s is refused without class-validator', async (_what, body, problems) => {
    const { code, options } = await refusal(CheckoutRequestDto, body);
    expect([code, options.errors?.length, validations]).toEqual(['VALIDATION_FAILED', problems, 0]);
  });

  it('of unknown members is refused without class-validator for any class', async () => {
    const { options } = await refusal(Plain, { text: 'a', ...named(12_800) });
    expect([options.errors, validations]).toEqual([
      [{ field: 'p0', message: 'p0 is not a known property' }],
      0,
    ]);
  });

  it('is told from one that class-validator has to check', async () => {
    await refusal(Plain, { text: 7 });
    expect(validations).toBe(1);
  });
});

describe('a body that is no JSON object', () => {
  it.each([[[]], [null], ['x'], [5], [true], [[{ userId: 'u' }]]])(
    'is MALFORMED_BODY in one sentence: %j',
    async (body) => {
      for (const metatype of [CheckoutRequestDto, Plain]) {
        const { code, detail, options } = await refusal(metatype, body);
        expect([code, detail, options.errors]).toEqual([
          'MALFORMED_BODY',
          'The body must be a JSON object',
          undefined,
        ]);
      }
    },
  );
});
