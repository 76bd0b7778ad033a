import { Fault } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { refundAmount, type RefundablePayment } from './refund.js';

const paid = (over: Partial<RefundablePayment> = {}): RefundablePayment => ({
  orderId: 'o',
  sagaId: 's',
  amountMinor: 5998,
  currency: 'USD',
  status: 'SUCCESS',
  providerKey: 'k',
  refundRequested: false,
  reservedMinor: 0,
  ...over,
});

describe('a new refund', () => {
  const undone = paid({ status: 'REFUNDED', refundRequested: true });
  const cases: [row: RefundablePayment | undefined, asked: number | undefined, told: unknown][] = [
    [paid(), undefined, 5998],
    [paid(), 100, 100],
    [paid(), 5999, 'REFUND_EXCEEDS_PAYMENT'],
    [paid({ reservedMinor: 5000 }), undefined, 998],
    [paid({ reservedMinor: 5000 }), 998, 998],
    [paid({ reservedMinor: 5000 }), 999, 'REFUND_EXCEEDS_PAYMENT'],
    [paid({ status: 'REFUNDED', reservedMinor: 5998 }), undefined, 0],
    [undone, undefined, 0],
    [undone, 1, 'REFUND_EXCEEDS_PAYMENT'],
    [paid({ refundRequested: true }), undefined, 'PAYMENT_UNSETTLED'],
    [paid({ status: 'PENDING' }), undefined, 'PAYMENT_UNSETTLED'],
    [paid({ status: 'FAILED' }), undefined, 0],
    [paid({ status: 'CANCELLED', amountMinor: null }), undefined, 0],
    [undefined, undefined, 'PAYMENT_NOT_FOUND'],
  ];

  it.each(cases)('of %j over %s: %s', (row, asked, told) => {
    const amount = () => {
      try {
        return refundAmount(row, 'o', asked);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return error.code;
      }
    };
    expect(amount()).toBe(told);
  });
});
