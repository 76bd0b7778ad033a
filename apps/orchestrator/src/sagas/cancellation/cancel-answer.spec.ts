import type { EndedSaga, SagaFailure } from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { reasonOf, refundIn, refusedAs, refusedBy, winnerIn } from './cancel-answer.js';

const failure = (code: string, details?: unknown): SagaFailure => ({
  step: 'CANCELLATION_ACCEPTED',
  kind: 'rejected',
  code,
  message: 'no',
  details,
});

describe('a refused cancellation', () => {
  it('tells the stage of the order and what is allowed now', () => {
    const details = { stage: 'PREPARING', allowed: [] };
    expect(refusedAs(failure('ORDER_NOT_CANCELLABLE', details))).toEqual({
      kind: 'refused',
      detail: 'This caller cannot cancel the order in its stage.',
      stage: 'PREPARING',
      allowed: [],
    });
  });

  it('of an order that was handed over says that it can be sent back', () => {
    const order = {
      stage: 'FULFILLED',
      kind: 'CHECKOUT',
      sellerId: null,
      version: 3,
      cancellationId: null,
      allowed: { customer: [], seller: [], admin: [] },
    } as const;
    const lifecycle = { ...order, allowed: { customer: [], seller: [], admin: [] } };
    expect(refusedBy(lifecycle, 'customer')).toMatchObject({
      stage: 'FULFILLED',
      detail: expect.stringContaining('sent back'),
    });
  });

  it('names the saga that cancelled the order before it', () => {
    expect(winnerIn(failure('ORDER_CANCELLED', { sagaId: 'saga-1' }))).toBe('saga-1');
    expect(winnerIn(failure('ORDER_CANCELLED', { sagaId: null }))).toBeUndefined();
    expect(winnerIn(failure('ORDER_NOT_CANCELLABLE', { sagaId: 'saga-1' }))).toBeUndefined();
  });

  it.each(['ORDER_CANCELLED', 'ORDER_NOT_CANCELLABLE'])('says why in words: %s', (code) => {
    expect(reasonOf(failure(code))).toEqual({ code, detail: expect.any(String) });
  });
});

describe('the refund of a cancellation', () => {
  const ended = (kept: Record<string, unknown>) => ({ phase: 'done', kept }) as EndedSaga;
  const refund = { refundId: 'refund-1', amount: '9.99', currency: 'USD', status: 'SUCCEEDED' };

  it('is what payment-service answered, without the id of the order', () => {
    const kept = { MONEY_RETURNED: { orderId: 'order-1', ...refund } };
    expect(refundIn(ended(kept))).toEqual(refund);
  });

  it.each([{}, { MONEY_RETURNED: { success: true } }])(
    'is null when nothing came back: %j',
    (kept) => {
      expect(refundIn(ended(kept))).toBeNull();
    },
  );
});
