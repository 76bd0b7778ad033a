import { describe, expect, it } from '@jest/globals';
import { asBytes, fuzz, mutated } from '@backstitch/testkit/fuzz';
import { IsString } from 'class-validator';
import * as fc from 'fast-check';
import { validateFast } from './fast-validation.js';
import { bodyProblems } from './body-problems.js';
import { CheckoutRequestDto } from './checkout-request.dto.js';
import { readJson } from './read-json.js';

const productId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const line = { productId, quantity: 2, price: '29.99' };
const cart = { userId: 'user-1', items: [line] };
const many = <Value>(count: number, value: Value): Value[] =>
  Array.from({ length: count }, () => value);
const named = (count: number) => Object.fromEntries(many(count, 1).map((one, n) => [`p${n}`, one]));
const messagesOf = (value: unknown) =>
  bodyProblems(CheckoutRequestDto, value)!.map(({ field, message }) => `${field}: ${message}`);

describe('the problems of a body with a wrong field', () => {
  it.each([
    ['userId', { ...cart, userId: 7 }, 'userId must be a string'],
    ['userId', { ...cart, userId: null }, 'userId must be a string'],
    ['userId', { ...cart, userId: {} }, 'userId must be a string'],
    ['userId', { items: [line] }, 'userId must be a string'],
    [
      'userId',
      { ...cart, userId: '' },
      'userId must be 1-100 characters without control characters',
    ],
    ['userId', { ...cart, userId: '  ' }, 'userId must contain at least one visible character'],
    ['items', { ...cart, items: 'all' }, 'items must be an array'],
    ['items', { ...cart, items: {} }, 'items must be an array'],
    ['items', { userId: 'u' }, 'items must be an array'],
    ['items', { ...cart, items: [] }, 'items must contain at least one line'],
    ['items', { ...cart, items: many(101, line) }, 'items must contain at most 100 lines'],
    ['items.0', { ...cart, items: [null] }, 'items.0 must be an object'],
    ['items.0', { ...cart, items: [[]] }, 'items.0 must be an object'],
    [
      'items.1.quantity',
      { ...cart, items: [line, { ...line, quantity: '2' }] },
      'quantity must be an integer',
    ],
    [
      'items.0.quantity',
      { ...cart, items: [{ ...line, quantity: {} }] },
      'quantity must be an integer',
    ],
    [
      'items.0.quantity',
      { ...cart, items: [{ ...line, quantity: 0 }] },
      'quantity must not be less than 1',
    ],
    [
      'items.0.quantity',
      { ...cart, items: [{ ...line, quantity: 1001 }] },
      'quantity must not be greater than 1000',
    ],
    [
      'items.0.productId',
      { ...cart, items: [{ ...line, productId: 7 }] },
      'productId must be a UUID',
    ],
    [
      'items.0.price',
      { ...cart, items: [{ ...line, price: [] }] },
      'price must be a decimal string or number',
    ],
    ['coupon', { ...cart, coupon: 1 }, 'coupon is not a known property'],
    ['items.0.gift', { ...cart, items: [{ ...line, gift: 1 }] }, 'gift is not a known property'],
  ])('are one sentence for %s', (field, body, message) => {
    expect(messagesOf(body)).toEqual([`${field}: ${message}`]);
  });

  it('name each wrong field once', () => {
    expect(
      messagesOf({ userId: 7, items: [{ productId: 1, quantity: null, price: 'x' }] }),
    ).toEqual([
      'userId: userId must be a string',
      'items.0.productId: productId must be a UUID',
      'items.0.quantity: quantity must be an integer',
      'items.0.price: price must be a decimal string or number',
    ]);
  });
});

describe('the problems of a hostile body', () => {
  it.each([
    ['12,800 unknown members', named(12_800), 'p0 is not a known property'],
    [
      'a cart with 12,800 more members',
      { ...cart, ...named(12_800) },
      'p0 is not a known property',
    ],
    ['items of 10,000 members', { ...cart, items: named(10_000) }, 'items must be an array'],
    [
      '40,000 empty lines',
      { ...cart, items: many(40_000, {}) },
      'items must contain at most 100 lines',
    ],
    ['a userId of 10,000 members', { ...cart, userId: named(10_000) }, 'userId must be a string'],
    [
      'a name of 10,000 characters',
      { ['n'.repeat(10_000)]: 1 },
      `${'n'.repeat(100)} is not a known property`,
    ],
  ])('with %s are one sentence', (_what, body, message) => {
    expect(bodyProblems(CheckoutRequestDto, body)!.map((problem) => problem.message)).toEqual([
      message,
    ]);
  });

  it('with a hundred lines that are wrong in all fields are a hundred sentences', () => {
    expect(messagesOf({ userId: 7, items: many(100, { quantity: 'x' }) })).toHaveLength(100);
  });

  it('with too many lines are found without reading the lines', () => {
    let read = 0;
    const spy = {
      get productId() {
        read += 1;
        return '';
      },
    };
    messagesOf({ ...cart, items: many(101, spy) });
    expect(read).toBe(0);
    messagesOf({ ...cart, items: many(100, spy) });
    expect(read).toBeGreaterThan(0);
  });
});

describe('the problems of a body', () => {
  it('are empty if and only if the body is valid', async () => {
    const inputs = asBytes(mutated(fc.constantFrom(cart, { ...cart, items: many(100, line) })));
    const tally = await fuzz('bodies', 4_000, inputs, (bytes) => {
      const read = readJson(bytes);
      if ('problem' in read) return 'unreadable';
      const problems = bodyProblems(CheckoutRequestDto, read.value)!;
      const isValid = validateFast(CheckoutRequestDto, read.value) !== undefined;
      if (isValid !== (problems.length === 0)) throw new Error(JSON.stringify(problems));
      const fields = problems.map(({ field }) => field);
      if (new Set(fields).size !== fields.length) throw new Error('a field has two sentences');
      return isValid ? 'good' : 'bad';
    });
    expect(Object.keys(tally).sort()).toEqual(['bad', 'good', 'unreadable']);
  }, 60_000);

  it('are undefined for a class without FastValidation', () => {
    class Plain {
      @IsString()
      text!: string;
    }
    expect(bodyProblems(Plain, {})).toBeUndefined();
  });
});
