import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type CheckoutRequestDto, checkoutLines } from '@backstitch/shared-types';
import { assert, constantFrom, oneof, property, string, tuple } from 'fast-check';
import {
  type Buyer,
  checkoutInput,
  claimCallerOf,
  claimOf,
  type ClaimHolder,
  fingerprint,
  isSameInput,
  isTooOldToBegin,
  decideClaim,
  ownerOf,
} from './checkout.js';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';

const SHOPPER: Buyer = { caller: 'o:user-123', userId: 'user-123' };

type Item = CheckoutRequestDto['items'][number];
const item = (productId: string, quantity: number, price: string | number): Item => ({
  productId,
  quantity,
  price,
});
const linesOf = (...items: Item[]) => {
  const result = checkoutLines({ userId: 'any', items }, 2);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.lines;
};
const print = (userId: string, ...items: Item[]) => fingerprint(userId, linesOf(...items));

describe('the stored input of a saga', () => {
  const input = checkoutInput(SHOPPER, linesOf(item(A, 2, '30.00')), 2);

  it('is the same as an equal one, in whatever order its members are kept', () => {
    const { userId, items, totalAmount } = input;
    expect(isSameInput({ totalAmount, items, userId }, input)).toBe(true);
    expect(isSameInput({ ...input, userId: 'user-124' }, input)).toBe(false);
  });

  it('of another version of the cart is not the same', () => {
    const ofCart = checkoutInput(SHOPPER, linesOf(item(A, 2, '30.00')), 2, { cartVersion: 7 });
    expect(isSameInput({ ...input, cartVersion: 7 }, ofCart)).toBe(true);
    expect(isSameInput({ ...input, cartVersion: 8 }, ofCart)).toBe(false);
    expect(isSameInput(input, ofCart)).toBe(false);
  });

  it('of another card is not the same', () => {
    const lines = linesOf(item(A, 2, '30.00'));
    const byCard = checkoutInput(SHOPPER, lines, 2, { cardToken: 'tok_one' });
    expect(isSameInput({ ...input, cardToken: 'tok_one' }, byCard)).toBe(true);
    expect(isSameInput({ ...input, cardToken: 'tok_two' }, byCard)).toBe(false);
    expect(isSameInput(input, byCard)).toBe(false);
  });

  it('of another caller with the same user and lines is not the same', () => {
    expect(isSameInput({ ...input, caller: 'u:https://id:user-123' }, input)).toBe(false);
  });

  it.each([null, undefined, 7, 'text', {}, { amount: '25.00' }, { ...input, items: null }])(
    'that is not that of a checkout (%j) is never the same',
    (stored) => {
      expect(isSameInput(stored, input)).toBe(false);
    },
  );
});

describe('the fingerprint of a checkout', () => {
  const plain = print('user-123', item(A, 2, '30.00'), item(B, 1, '0.5'));

  it.each([
    ['the order of lines', print('user-123', item(B, 1, '0.5'), item(A, 2, '30.00'))],
    ['quantities split', print('user-123', item(A, 1, 30), item(B, 1, 0.5), item(A, 1, '30'))],
    ['the spelling of prices', print('user-123', item(A, 2, 30), item(B, 1, '0.50'))],
    ['zeros follow a price', print('user-123', item(A, 2, '30.000'), item(B, 1, '0.5000'))],
    ['the case of ids', print('user-123', item(A.toUpperCase(), 2, '30'), item(B, 1, '0.5'))],
  ])('is the same whatever %s', (_what, other) => {
    expect(other).toBe(plain);
  });

  it.each([
    ['user', print('user-124', item(A, 2, '30.00'), item(B, 1, '0.5'))],
    ['quantity', print('user-123', item(A, 3, '30.00'), item(B, 1, '0.5'))],
    ['claimed price', print('user-123', item(A, 2, '30.01'), item(B, 1, '0.5'))],
    ['set of products', print('user-123', item(A, 2, '30.00'))],
  ])('is another one for another %s', (_what, other) => {
    expect(other).not.toBe(plain);
  });

  it('of one version of a cart is the same at any prices, and another one for another version', () => {
    const ofCart = (cartVersion: number, ...items: Item[]) =>
      fingerprint('user-123', linesOf(...items), { cartVersion });
    expect(ofCart(7, item(A, 2, '31.00'))).toBe(ofCart(7, item(A, 2, '30.00')));
    expect(ofCart(8, item(A, 2, '30.00'))).not.toBe(ofCart(7, item(A, 2, '30.00')));
    expect(ofCart(7, item(A, 2, '30.00'))).not.toBe(print('user-123', item(A, 2, '30.00')));
  });

  it('is another one for another delivery, also of one version of a cart', () => {
    for (const cartVersion of [undefined, 7]) {
      const prints = [undefined, 'one', 'other'].map((deliveryHash) =>
        fingerprint('user-123', linesOf(item(A, 1, 1)), { cartVersion, deliveryHash }),
      );
      expect(new Set(prints).size).toBe(3);
    }
  });

  it('without cart and delivery is the one of earlier releases, which may find the same claim', () => {
    const canonical = ['user-123', [[A, 2, 3_000]]];
    const hash = createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
    expect(print('user-123', item(A, 2, '30.00'))).toBe(hash);
  });

  it('cannot be forged by a user id that has the form of lines', () => {
    assert(
      property(string(), string(), (one, other) => {
        const equal =
          fingerprint(one, linesOf(item(A, 1, 1))) === fingerprint(other, linesOf(item(A, 1, 1)));
        expect(equal).toBe(one === other);
      }),
    );
  });
});

describe('the input of a checkout', () => {
  it('carries decimal amounts and their exact total', () => {
    expect(checkoutInput(SHOPPER, linesOf(item(A, 3, '0.1'), item(B, 2, 29.99)), 2)).toEqual({
      userId: 'user-123',
      caller: 'o:user-123',
      items: [
        { productId: A, quantity: 3, price: '0.10' },
        { productId: B, quantity: 2, price: '29.99' },
      ],
      totalAmount: '60.28',
    });
  });
});

describe('the owner of a checkout', () => {
  it('is the caller of its input, or the open caller of its userId where there is none', () => {
    expect(ownerOf({ userId: 'user-123', caller: 'u:https://id:7' })).toBe('u:https://id:7');
    expect(ownerOf({ userId: 'user-123' })).toBe('o:user-123');
  });
});

describe('the caller of a claim', () => {
  it('is the bare userId of an open caller, as earlier releases wrote it', () => {
    expect(claimCallerOf('o:user-123')).toBe('user-123');
    expect(claimCallerOf('o:u:https://id:7')).toBe('u:https://id:7');
  });

  it('of two different callers is never the same, whatever userId an open caller takes', () => {
    const kind = constantFrom('o:', 'u:', 'm:', 'g:', 'u:https://id:');
    const id = tuple(kind, oneof(string(), constantFrom('7', 'u:https://id:7', 'o:7')))
      .map(([prefix, rest]) => prefix + rest)
      .filter((text) => !/\p{Cc}/u.test(text));
    assert(
      property(id, id, (one, other) => {
        expect(claimCallerOf(one) === claimCallerOf(other)).toBe(one === other);
      }),
    );
  });

  // R60
  it('is not the one of another caller for an open caller with the id of this one as userId', () => {
    for (const id of ['u:https://id:7', 'm:https://id:app', 'g:7', 'o:7']) {
      expect(claimCallerOf(`o:${id}`)).not.toBe(claimCallerOf(id));
    }
  });

  // R55
  it('keeps one key, and one cart without a key, apart for each caller', () => {
    const lines = linesOf(item(A, 1, 1));
    const callers = ['o:user-123', 'u:https://id:user-123', 'm:https://id:user-123'];
    for (const key of ['key-1', undefined]) {
      const claims = callers.map((caller) => claimOf({ caller, userId: 'user-123' }, lines, key));
      expect(new Set(claims.map(({ caller }) => caller)).size).toBe(callers.length);
    }
  });
});

describe('a claim that another request holds', () => {
  const lines = linesOf(item(A, 1, 1));
  const keyed = claimOf(SHOPPER, lines, 'key-1');
  const keyless = claimOf(SHOPPER, lines);
  const holder = (part: Partial<ClaimHolder>): ClaimHolder => ({
    requestHash: keyed.requestHash,
    forgotten: false,
    status: 'RUNNING',
    justFinished: false,
    ...part,
  });

  //  claim    the holder                                              verdict
  it.each([
    [keyed, { status: 'RUNNING' }, 'replay'],
    [keyed, { status: 'COMPENSATING' }, 'replay'],
    [keyed, { status: 'DONE' }, 'replay'],
    [keyed, { status: 'COMPENSATED' }, 'replay'],
    [keyed, { requestHash: 'other' }, 'reused'],
    [keyed, { requestHash: 'other', forgotten: true, status: 'DONE' }, 'free'],
    [keyed, { forgotten: true, status: 'COMPENSATED' }, 'free'],
    [keyed, { forgotten: true, status: 'RUNNING' }, 'replay'],
    [keyed, { forgotten: true, status: 'COMPENSATING' }, 'replay'],
    [keyed, { forgotten: true, status: 'WAITING' }, 'replay'],
    [keyless, { status: 'WAITING' }, 'free'],
    [keyed, { status: undefined }, 'free'],
    [keyless, { status: 'RUNNING' }, 'replay'],
    [keyless, { status: 'COMPENSATING' }, 'free'],
    [keyless, { status: 'DONE', justFinished: true }, 'replay'],
    [keyless, { status: 'DONE', justFinished: false }, 'free'],
    [keyless, { status: 'COMPENSATED' }, 'free'],
    [keyless, { status: undefined }, 'free'],
  ] as const)('%j held by %j → %s', (claim, part, verdict) => {
    expect(decideClaim(claim, holder(part as Partial<ClaimHolder>))).toBe(verdict);
  });
});

describe("a saga's id", () => {
  const MADE_MS = 1_645_557_742_000;
  const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
  const HOUR_MS = 3_600_000;

  it('may begin a saga for an hour, by whatever clock it was made a little too late', () => {
    expect(isTooOldToBegin(id, MADE_MS - HOUR_MS)).toBe(false);
    expect(isTooOldToBegin(id, MADE_MS + HOUR_MS)).toBe(false);
    expect(isTooOldToBegin(id, MADE_MS + HOUR_MS + 1)).toBe(true);
  });

  it('may do so at any time if it tells none', () => {
    expect(isTooOldToBegin('017f22e2-79b0-4cc3-98c4-dc0c0c07398f', MADE_MS * 2)).toBe(false);
  });
});
