import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { CheckoutRequestDto, checkoutLines, readJson } from '@backstitch/shared-types';
import { asBytes, fuzz, HOSTILE_TEXTS, hostileText, mutated } from '@backstitch/testkit/fuzz';
import * as fc from 'fast-check';
import { isPromised } from '../testing/checkout-contract.js';
import { Problem, validationProblem } from './problem.js';
import { httpValidationPipe } from './validation.js';

const pipe = httpValidationPipe();

/**
 * What the gateway and the orchestrator do with a body, up to the first thing they would record.
 */
async function accept(body: Buffer): Promise<CheckoutRequestDto> {
  const read = readJson(body);
  if ('problem' in read) throw new Problem('MALFORMED_BODY', read.problem);
  const metadata = { type: 'body', metatype: CheckoutRequestDto } as const;
  const request = (await pipe.transform(read.value, metadata)) as CheckoutRequestDto;
  const result = checkoutLines(request, 2);
  if ('problems' in result) throw validationProblem(result.problems);
  return request;
}

const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const products = fc.oneof(fc.constantFrom(MOUSE, MOUSE.toUpperCase()), fc.uuid());
const prices = fc.oneof(
  fc.constantFrom<(string | number)[]>('29.99', 29.99, '30', '30.0', 30, '0.01', '9999999.99'),
  fc.constantFrom<(string | number)[]>('0.00', 0, '0.001', '10000000', '29.990', '1e2', '-1', ''),
  fc.integer({ min: 0, max: 1_100_000_000 }).map((minor) => minor / 100),
  hostileText,
);
const quantities = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom(1, 500, 1000, 1001, 0, -1, 1.5),
);
const line = fc.record({ productId: products, quantity: quantities, price: prices });
const users = fc.oneof(fc.constantFrom('user-123', '👩'.repeat(100)), hostileText);
const carts = fc.record({
  userId: fc.oneof({ weight: 3, arbitrary: fc.constant('user-1') }, users),
  items: fc.oneof(
    { weight: 300, arbitrary: fc.array(line, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(line, { minLength: 99, maxLength: 102 }) },
  ),
});
const goodLine = fc.record({
  productId: products,
  quantity: fc.integer({ min: 1, max: 9 }),
  price: fc.constantFrom('29.99', 29.99),
});
const goodCarts = fc.record({
  userId: fc.constantFrom('user-1', '名前', "'; DROP TABLE orders; --"),
  items: fc.array(goodLine, { minLength: 1, maxLength: 3 }),
});

async function outcomeOf(body: Buffer): Promise<string> {
  const read = readJson(body);
  const promised = 'value' in read && isPromised(read.value);
  let accepted: CheckoutRequestDto;
  try {
    accepted = await accept(body);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 400) throw error;
    if (promised) throw new Error(`refused, although promised: ${error.detail}`, { cause: error });
    if (error.code === 'MALFORMED_BODY') return 'unreadable';
    const errors = error.options.errors ?? [];
    const isNamed = errors.every(({ field, message }) => message !== '' && field.length < 200);
    if (!isNamed || errors.length < 1 || errors.length > 100) {
      const said = JSON.stringify(errors);
      throw new Error(`refused, and not by field: ${said}`, { cause: error });
    }
    return 'refused';
  }
  if (!promised) throw new Error('accepted, although the contract does not say so');
  const kept: unknown = JSON.parse(JSON.stringify(accepted));
  if (!isDeepStrictEqual(kept, read.value)) throw new Error('accepted, and not as it was sent');
  return 'accepted';
}

describe('the body of a checkout', () => {
  it('is accepted exactly when it keeps the rules, and else refused by field', async () => {
    const good = await fuzz('carts', 30_000, asBytes(carts), outcomeOf);
    const near = await fuzz('mutated carts', 90_000, asBytes(mutated(goodCarts)), outcomeOf);
    for (const tally of [good, near]) {
      expect(Object.keys(tally).sort()).toEqual(['accepted', 'refused', 'unreadable']);
    }
    expect({}).not.toHaveProperty('polluted');
  }, 600_000);

  it('keeps a userId that a database or a log could stumble over as it is, or refuses it', async () => {
    for (const userId of HOSTILE_TEXTS) {
      const items = [{ productId: MOUSE, quantity: 1, price: '29.99' }];
      await outcomeOf(Buffer.from(JSON.stringify({ userId, items })));
    }
  });
});
