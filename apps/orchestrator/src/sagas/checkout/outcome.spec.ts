import type { DoneSaga, SagaFailure, UndoneSaga } from '@backstitch/saga-engine';
import { ERROR_CODES } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { answerOf, type CheckoutSoFar } from './outcome.js';
import { refusalOf } from './refusal.js';

const PRODUCT = 'dda60f33-8dfd-4da2-96c8-1a029d72725a';
const facts = {
  sagaId: 'saga-1',
  subjectId: 'order-1',
  definition: 'checkout',
  definitionVersion: 1,
  input: {},
  kept: {},
  requestId: 'request-1',
  version: 11,
  epoch: 1,
  owner: 'one',
  createdAtMs: 0,
  sagaDeadlineAtMs: 0,
};
const done: DoneSaga = { ...facts, phase: 'done' };
const undone = (failure: Partial<SagaFailure>): UndoneSaga => ({
  ...facts,
  phase: 'undone',
  failure: {
    step: 'PAYMENT_PROCESSED',
    kind: 'rejected',
    code: 'PAYMENT_DECLINED',
    message: 'card_declined by acquirer 7 at 10.0.0.3',
    ...failure,
  },
});
const soFar = (part: Partial<CheckoutSoFar>): CheckoutSoFar => ({
  ended: undefined,
  sagaId: 'saga-1',
  orderId: 'order-1',
  status: 'RUNNING',
  replayed: false,
  keyed: true,
  async: false,
  cutShort: false,
  ...part,
});

describe('the refusal of a payment', () => {
  it('has the decline code of a card, and only then', () => {
    const details = { declineCode: 'insufficient_funds' };
    expect(refusalOf(undone({ details }).failure)).toEqual({
      code: 'PAYMENT_DECLINED',
      detail:
        'There is not enough money on the card. Nothing was charged and no stock is reserved.',
      declineCode: 'insufficient_funds',
    });
    expect(refusalOf(undone({}).failure)).toEqual({
      code: 'PAYMENT_DECLINED',
      detail: 'The payment was declined. Nothing was charged and no stock is reserved.',
    });
  });

  it('is that of a declined one after the bank declined it for the moment each time', () => {
    const soft = { kind: 'unknown', code: 'PAYMENT_SOFT_DECLINED' } as const;
    expect(refusalOf(undone(soft).failure)).toMatchObject({ code: 'PAYMENT_DECLINED' });
  });
});

describe('the answer to a checkout', () => {
  it('that is done is 200 with the documented body', () => {
    expect(answerOf(soFar({ ended: done }))).toEqual({
      kind: 'body',
      status: 200,
      headers: {},
      body: {
        success: true,
        orderId: 'order-1',
        sagaId: 'saga-1',
        message: 'Order placed successfully',
      },
    });
  });

  it.each([
    ['done', { ended: done }],
    ['undone', { ended: undone({}) }],
    ['unfinished', {}],
    ['unfinished and keyless', { keyed: false }],
  ])('that is %s is marked as a replay when it is one', (_name, part) => {
    expect(answerOf(soFar({ ...part, replayed: true })).headers).toMatchObject({
      'idempotent-replayed': 'true',
    });
    expect(answerOf(soFar(part)).headers).not.toHaveProperty('idempotent-replayed');
  });

  //  unfinished, and …                                           answer
  it.each([
    [{ replayed: false, keyed: true }, 202],
    [{ replayed: false, keyed: false }, 202],
    [{ replayed: true, keyed: false }, 202],
    [{ replayed: true, keyed: true }, 'CHECKOUT_IN_PROGRESS'],
    [{ replayed: true, keyed: true, async: true }, 202],
    [{ replayed: true, keyed: true, cutShort: true }, 202],
  ])(
    'unfinished past the wait budget, %j → %s, and says where the end can be read',
    (part, expected) => {
      const answer = answerOf(soFar(part));
      expect(answer.kind === 'body' ? answer.status : answer.code).toBe(expected);
      expect(answer.headers.location).toBe('/api/sagas/saga-1');
    },
  );

  it('in progress says when to come back', () => {
    const answer = answerOf(soFar({ replayed: true }));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('that was preferred at once says so, unless the end is already known', () => {
    expect(answerOf(soFar({ async: true }))).toMatchObject({
      status: 202,
      headers: { 'preference-applied': 'respond-async' },
      body: { status: 'RUNNING', orderId: 'order-1', sagaId: 'saga-1' },
    });
    expect(answerOf(soFar({ async: true, ended: done }))).toMatchObject({
      status: 200,
      headers: {},
    });
  });
});

describe('the reason a shopper is given', () => {
  it('for a product that is not offered now has its own code, and is no unknown product', () => {
    const details = [{ productId: PRODUCT, name: 'Lamp', unavailable: true }];
    const ended = undone({ kind: 'rejected', code: 'PRODUCT_NOT_FOUND', details });
    expect(answerOf(soFar({ ended }))).toMatchObject({
      kind: 'problem',
      code: 'PRODUCT_UNAVAILABLE',
      detail: `Lamp (${PRODUCT}) cannot be bought now.`,
      errors: [{ field: 'items', productId: PRODUCT, name: 'Lamp' }],
    });
  });

  const stock = [{ productId: PRODUCT, name: 'Lamp', requested: 10, available: 5 }];
  const price = [{ productId: PRODUCT, claimedPrice: '0.01', cataloguePrice: '19.99' }];

  //  the failure                                                       status  code, and what its detail names
  it.each([
    [{ code: 'PAYMENT_DECLINED' }, 402, 'PAYMENT_DECLINED', ['declined']],
    [
      { code: 'PRODUCT_NOT_FOUND', details: [{ productId: PRODUCT }] },
      404,
      'PRODUCT_NOT_FOUND',
      [PRODUCT],
    ],
    [
      { code: 'INSUFFICIENT_STOCK', details: stock },
      409,
      'INSUFFICIENT_STOCK',
      ['Lamp', PRODUCT, '10', '5'],
    ],
    [{ code: 'PRICE_CHANGED', details: price }, 409, 'PRICE_CHANGED', [PRODUCT, '0.01', '19.99']],
    [{ code: 'ORDER_CANCELLED' }, 409, 'ORDER_CANCELLED', ['cancelled', 'refunded']],
    [{ code: 'RESERVATION_EXPIRED' }, 409, 'RESERVATION_EXPIRED', ['expired', 'refunded']],
    [{ code: 'RESERVATION_RELEASED' }, 409, 'CHECKOUT_UNDONE', ['undone']],
    [{ code: 'PAYMENT_CANCELLED' }, 409, 'CHECKOUT_UNDONE', ['undone']],
    [{ kind: 'unknown' as const, code: 'PAYMENT_DECLINED' }, 409, 'CHECKOUT_UNDONE', ['technical']],
    [{ kind: 'unknown' as const, code: 'HANDLER_DEADLINE' }, 409, 'CHECKOUT_UNDONE', ['technical']],
  ])('%j → %i %s', (failure, status, code, named) => {
    const refusal = refusalOf(undone(failure).failure);
    expect(refusal.code).toBe(code);
    expect(ERROR_CODES[refusal.code]).toMatchObject({ status });
    for (const word of named) expect(refusal.detail).toContain(word);
    expect(JSON.stringify(refusal)).not.toContain('10.0.0.3');
  });

  it('lists every product that stood in the way, for programs too', () => {
    const failure = undone({ code: 'INSUFFICIENT_STOCK', details: stock }).failure;
    expect(refusalOf(failure).errors).toEqual([
      {
        field: 'items',
        message: `Lamp (${PRODUCT}): 10 requested, 5 available`,
        productId: PRODUCT,
        name: 'Lamp',
        requested: 10,
        available: 5,
      },
    ]);
  });

  it('survives details of another shape', () => {
    for (const details of [undefined, null, 'text', {}, [null], [{ productId: 7 }]]) {
      const refusal = refusalOf(undone({ code: 'PRICE_CHANGED', details }).failure);
      expect(refusal).toEqual({ code: 'PRICE_CHANGED', detail: 'The price has changed.' });
    }
  });
});
