import { Fault, Rejection } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import type { Intent } from '../payment/intent-provider.js';
import {
  answerOfAttempt,
  closeStep,
  openStep,
  outcomeOf,
  refusalOfAttempt,
  type Attempt,
  type OpenPayment,
} from './attempt.js';

const DIGITS = 2;

function payment(over: Partial<OpenPayment> = {}): OpenPayment {
  return {
    id: 'p',
    orderId: 'o',
    sagaId: 'mine',
    amountMinor: 5998,
    currency: 'USD',
    status: 'PENDING',
    flow: 'OPEN',
    openUntil: new Date('2026-01-01T00:30:00.000Z'),
    isInTime: true,
    attemptsMax: 3,
    isClosed: false,
    closeCode: null,
    refundRequested: false,
    transactionDate: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}

function attempt(over: Partial<Attempt> = {}): Attempt {
  return {
    id: 'a',
    orderId: 'o',
    number: 1,
    key: 'k',
    brand: 'visa',
    last4: '4242',
    status: 'SUBMITTED',
    declineCode: null,
    providerRef: null,
    ...over,
  };
}

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

const undoing = { refundRequested: true };
const tombstone = payment({ status: 'CANCELLED', flow: null, amountMinor: null });
const plain = payment({ flow: null });

describe('payment.open', () => {
  const cases: [row: OpenPayment, saga: string | undefined, amountMinor: number, told: string][] = [
    [payment(), 'mine', 5998, 'yes'],
    [payment({ status: 'SUCCESS' }), 'mine', 5998, 'yes'],
    [payment({ status: 'FAILED' }), 'mine', 5998, 'yes'],
    [payment({ status: 'REFUNDED' }), 'mine', 5998, 'no PAYMENT_CANCELLED'],
    [tombstone, 'mine', 5998, 'no PAYMENT_CANCELLED'],
    [payment(undoing), 'mine', 5998, 'fault PAYMENT_UNSETTLED (retryable)'],
    [payment(), 'mine', 5999, 'fault AMOUNT_MISMATCH'],
    [payment(), 'other', 5998, 'fault WRONG_SAGA'],
    [plain, 'mine', 5998, 'fault WRONG_FLOW'],
  ];

  it.each(cases)('of %j by %s over %i: %s', (row, sagaId, amountMinor, told) => {
    expect(named(() => openStep(row, { sagaId, amountMinor }, DIGITS))).toBe(told);
  });
});

describe('a new attempt', () => {
  const declined = (number: number) => attempt({ number, status: 'DECLINED' });
  const cases: [row: OpenPayment | undefined, before: Attempt[], refusal: string | undefined][] = [
    [payment(), [], undefined],
    [payment(), [declined(1), declined(2)], undefined],
    [payment(), [declined(1), declined(2), declined(3)], 'PAYMENT_CLOSED'],
    [payment(), [attempt()], 'PAYMENT_IN_PROGRESS'],
    [payment(), [attempt({ status: 'REQUIRES_ACTION' })], 'PAYMENT_IN_PROGRESS'],
    [payment({ isInTime: false }), [], 'PAYMENT_CLOSED'],
    [payment({ isClosed: true }), [], 'PAYMENT_CLOSED'],
    [payment({ isClosed: true }), [attempt()], 'PAYMENT_CLOSED'],
    [payment(undoing), [], 'PAYMENT_CLOSED'],
    [payment({ status: 'SUCCESS' }), [], 'PAYMENT_CLOSED'],
    [tombstone, [], 'PAYMENT_CLOSED'],
    [undefined, [], 'PAYMENT_CLOSED'],
  ];

  it.each(cases)('of %j after %j: %s', (row, before, refusal) => {
    expect(refusalOfAttempt(row, before)).toBe(refusal);
  });
});

describe('payment.close', () => {
  const failed = (closeCode: string) => payment({ status: 'FAILED', closeCode });
  const cases: [row: OpenPayment, told: string][] = [
    [payment(), 'settle'],
    [payment({ isClosed: true }), 'settle'],
    [payment({ status: 'SUCCESS' }), 'yes'],
    [failed('PAYMENT_NOT_MADE'), 'no PAYMENT_NOT_MADE'],
    [failed('PAYMENT_DECLINED'), 'no PAYMENT_DECLINED'],
    [payment({ status: 'REFUNDED' }), 'no PAYMENT_CANCELLED'],
    [tombstone, 'no PAYMENT_CANCELLED'],
    [payment(undoing), 'fault PAYMENT_UNSETTLED (retryable)'],
    [payment({ status: 'SUCCESS', ...undoing }), 'fault PAYMENT_UNSETTLED (retryable)'],
    [plain, 'fault WRONG_FLOW'],
  ];

  it.each(cases)('of %j: %s', (row, told) => {
    expect(named(() => closeStep(row, 'mine', DIGITS))).toBe(told);
    expect(named(() => closeStep(row, 'other', DIGITS))).toBe('fault WRONG_SAGA');
  });
});

describe('the answer to an attempt', () => {
  const cases: [made: Attempt, told: string][] = [
    [attempt({ status: 'SUCCEEDED' }), 'yes'],
    [attempt({ status: 'DECLINED', declineCode: 'funds' }), 'no PAYMENT_DECLINED'],
    [attempt({ status: 'VOIDED' }), 'no PAYMENT_CLOSED'],
    [
      attempt({ status: 'REFUSED', number: null, declineCode: 'PAYMENT_IN_PROGRESS' }),
      'no PAYMENT_IN_PROGRESS',
    ],
    [attempt(), 'fault PAYMENT_UNSETTLED (retryable)'],
  ];

  it.each(cases)('%j is %s, whatever became of the payment', (made, told) => {
    for (const status of ['PENDING', 'SUCCESS', 'FAILED', 'REFUNDED'] as const) {
      expect(named(() => answerOfAttempt(made, payment({ status }), DIGITS))).toBe(told);
    }
  });
});

describe('the outcome of an attempt', () => {
  const intent = (state: Intent['state'], declineCode: string | null = null): Intent => ({
    ref: 'r',
    state,
    amountMinor: 5998,
    currency: 'USD',
    declineCode,
    authCode: 'A1',
    feeMinor: 204,
  });

  it('is there only for an intent that is charged or dead', () => {
    expect(outcomeOf(intent('unconfirmed'))).toBeUndefined();
    expect(outcomeOf(intent('succeeded'), 'an earlier decline')).toEqual({
      status: 'SUCCEEDED',
      authCode: 'A1',
      feeMinor: 204,
    });
    expect(outcomeOf(intent('voided'))).toEqual({ status: 'VOIDED', declineCode: null });
    expect(outcomeOf(intent('voided'), 'funds')).toEqual({
      status: 'DECLINED',
      declineCode: 'funds',
    });
    expect(outcomeOf(intent('declined', 'card'))).toEqual({
      status: 'DECLINED',
      declineCode: 'card',
    });
  });
});
