import { describe, expect, it } from '@jest/globals';
import {
  ForwardedPlaceOrderDto,
  FulfilOrderDto,
  PayOrderDto,
  PlaceOrderDto,
  readJson,
  RejectOrderDto,
} from '@backstitch/shared-types';
import { asBytes, fuzz, hostileText, mutated } from '@backstitch/testkit/fuzz';
import * as fc from 'fast-check';
import { Problem } from './problem.js';
import { httpValidationPipe } from './validation.js';

const pipe = httpValidationPipe();
const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const items = fc.array(
  fc.record({
    productId: fc.constantFrom(MOUSE, MOUSE.toUpperCase()),
    quantity: fc.integer({ min: -1, max: 9 }),
    price: fc.constantFrom<(string | number)[]>('29.99', 29.99, '1e2', -1),
  }),
  { maxLength: 3 },
);
const text = fc.oneof(fc.constantFrom('u:issuer:sam', 'Too late'), hostileText);
const delivery = fc.oneof(fc.constant({ kind: 'PICKUP', name: 'Ann' }), fc.anything());
const token = fc.oneof(fc.constant('tok_visa_4242_0123456789abcdef'), hostileText);

const BODIES = [
  ['a placed order', PlaceOrderDto, fc.record({ sellerId: text, items })],
  ['a delivered order', PlaceOrderDto, fc.record({ sellerId: text, items, delivery })],
  [
    'a forwarded order',
    ForwardedPlaceOrderDto,
    fc.record({ userId: text, sellerId: text, items, orderId: fc.uuid() }),
  ],
  ['a rejection', RejectOrderDto, fc.record({ reason: text }, { requiredKeys: [] })],
  ['a hand-over', FulfilOrderDto, fc.record({ tracking: text }, { requiredKeys: [] })],
  ['an attempt to pay', PayOrderDto, fc.record({ method: fc.record({ token }) })],
] as const;

describe('the body of a request for a marketplace order', () => {
  it.each(BODIES)(
    'that is %s is accepted, or refused by field',
    async (name, metatype, bodies) => {
      const tally = await fuzz(name, 5_000, asBytes(mutated<object>(bodies)), async (body) => {
        const read = readJson(body);
        if ('problem' in read) return 'unreadable';
        try {
          await pipe.transform(read.value, { type: 'body', metatype });
          return 'accepted';
        } catch (error) {
          if (!(error instanceof Problem) || error.status !== 400) throw error;
          return 'refused';
        }
      });
      expect(Object.keys(tally)).toEqual(expect.arrayContaining(['accepted', 'refused']));
    },
    600_000,
  );
});
