import { Fault, Rejection, type PaymentStatus } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  processStep,
  refundStep,
  settlementOfCancel,
  settlementOfCharge,
  type Payment,
  type Settlement,
} from './payment.js';
import type { CancelOutcome, ChargeOutcome } from './provider.js';

const DIGITS = 2;

function payment(status: PaymentStatus, over: Partial<Payment> = {}): Payment {
  return {
    id: 'p',
    orderId: 'o',
    sagaId: 'mine',
    amountMinor: 5998,
    providerKey: 'mine:PAYMENT_PROCESSED:do',
    currency: 'USD',
    status,
    declineReason: status === 'FAILED' ? 'the card was declined' : null,
    refundRequested: false,
    flow: null,
    cardToken: null,
    transactionDate: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}

const refunding = { refundRequested: true };
const tombstone = payment('CANCELLED', { amountMinor: null, providerKey: null, sagaId: null });

/** The name of what a step comes to, thrown faults included. */
function named(step: () => unknown): string {
  try {
    const result = step();
    if (result instanceof Rejection) return `no ${result.code}`;
    return typeof result === 'string' ? result : 'yes';
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `fault ${error.code}${error.retryable ? ' (retryable)' : ''}`;
  }
}

describe('payment.process', () => {
  const cases: [row: Payment, saga: string | undefined, amountMinor: number, result: string][] = [
    [payment('PENDING'), 'mine', 5998, 'charge'],
    [payment('PENDING', refunding), 'mine', 5998, 'fault PAYMENT_UNSETTLED (retryable)'],
    [payment('SUCCESS'), 'mine', 5998, 'yes'],
    [payment('SUCCESS'), undefined, 5998, 'yes'],
    [payment('SUCCESS', refunding), 'mine', 5998, 'fault PAYMENT_UNSETTLED (retryable)'],
    [payment('FAILED'), 'mine', 5998, 'no PAYMENT_DECLINED'],
    [payment('FAILED', refunding), 'mine', 5998, 'no PAYMENT_DECLINED'],
    [payment('REFUNDED', refunding), 'mine', 5998, 'no PAYMENT_CANCELLED'],
    [payment('CANCELLED', refunding), 'mine', 5998, 'no PAYMENT_CANCELLED'],
    [tombstone, 'mine', 5998, 'no PAYMENT_CANCELLED'],
    [payment('SUCCESS'), 'mine', 5999, 'fault AMOUNT_MISMATCH'],
    [payment('PENDING'), 'mine', 1, 'fault AMOUNT_MISMATCH'],
    [payment('SUCCESS'), 'other', 5998, 'fault WRONG_SAGA'],
    [payment('PENDING'), 'other', 5998, 'fault WRONG_SAGA'],
  ];

  it.each(cases)('of %j by %s over %i: %s', (row, sagaId, amountMinor, result) => {
    expect(named(() => processStep(row, { sagaId, amountMinor }, DIGITS))).toBe(result);
  });
});

describe('payment.refund', () => {
  const cases: [row: Payment, saga: string | undefined, result: string][] = [
    [payment('PENDING', refunding), 'mine', 'cancel'],
    [payment('SUCCESS', refunding), 'mine', 'cancel'],
    [payment('SUCCESS', refunding), undefined, 'cancel'],
    [payment('SUCCESS'), undefined, 'fault ORDER_CONFIRMED'],
    [payment('PENDING'), undefined, 'fault WRONG_SAGA'],
    [payment('FAILED'), undefined, 'done'],
    [payment('REFUNDED', refunding), undefined, 'done'],
    [payment('CANCELLED', refunding), undefined, 'done'],
    [payment('SUCCESS', { sagaId: null, ...refunding }), undefined, 'cancel'],
    [tombstone, undefined, 'done'],
    [payment('REFUNDED', refunding), 'mine', 'done'],
    [payment('CANCELLED', refunding), 'mine', 'done'],
    [payment('FAILED'), 'mine', 'done'],
    [tombstone, 'mine', 'done'],
    [payment('SUCCESS'), 'other', 'fault WRONG_SAGA'],
    [payment('FAILED'), 'other', 'fault WRONG_SAGA'],
  ];

  it.each(cases)('of %j by %s: %s', (row, sagaId, result) => {
    expect(named(() => refundStep(row, sagaId))).toBe(result);
  });
});

describe('a charge and an undo of one payment, in any order, repeated and delayed', () => {
  /** The bank and the table as the repositories keep them, one atomic act an event. */
  function world(approves: boolean) {
    let row: Payment | undefined;
    let decision: 'approved' | 'declined' | 'voided' | undefined;
    let refunded = false;
    const late: Settlement[] = [];
    const charge = (): ChargeOutcome => {
      decision ??= approves ? 'approved' : 'declined';
      return decision === 'declined' ? { kind: decision, reason: 'no' } : { kind: decision };
    };
    const cancel = (): CancelOutcome => {
      decision ??= 'voided';
      if (decision !== 'approved') return decision;
      refunded = true;
      return 'refunded';
    };
    return {
      intend: () => void (row ??= payment('PENDING')),
      call: () => {
        const settlement = row?.status === 'PENDING' && settlementOfCharge(row, charge());
        if (settlement) late.push(settlement);
      },
      requestRefund: () => {
        row ??= tombstone;
        if (row.status === 'PENDING' || row.status === 'SUCCESS') row.refundRequested = true;
      },
      cancel: () => {
        if (row && named(() => refundStep(row!, 'mine')) === 'cancel') {
          late.push(settlementOfCancel(row, cancel()));
        }
      },
      write: () => {
        const settlement = late.shift();
        if (!settlement || !row) return;
        const waits =
          settlement.by === 'charge'
            ? row.status === 'PENDING' && !row.refundRequested
            : row.refundRequested && (row.status === 'PENDING' || row.status === 'SUCCESS');
        if (waits) row = { ...row, status: settlement.status };
      },
      ends: () => ({ status: row?.status, kept: decision === 'approved' && !refunded }),
    };
  }

  const events = fc.array(
    fc.constantFrom('intend', 'call', 'call', 'write', 'write', 'requestRefund', 'cancel'),
    { maxLength: 25 },
  );

  it('end with the table and the bank agreeing, and no money kept after an undo', () => {
    fc.assert(
      fc.property(events, fc.boolean(), fc.boolean(), (happened, approves, undone) => {
        const w = world(approves);
        for (const event of happened) w[event as 'call']();
        // It is always finished: by a repeat of the saga, or by the recovery worker.
        const finish = undone ? (['requestRefund', 'cancel'] as const) : (['intend'] as const);
        for (const event of [...finish, 'call', 'cancel'] as const) w[event]();
        for (let i = 0; i < 30; i += 1) w.write();
        const { status, kept } = w.ends();
        expect(kept).toBe(status === 'SUCCESS');
        expect(status).not.toBe('PENDING');
        if (undone) expect(kept).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
