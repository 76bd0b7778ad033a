import {
  Fault,
  fromMinor,
  Rejection,
  type OpenPaymentView,
  type PaymentAttemptView,
  type PaymentRefusal,
  type PaymentStatus,
} from '@backstitch/shared-types';
import type { Intent } from '../payment/intent-provider.js';

/** The row in payments of an order that its customer pays. */
export interface OpenPayment {
  id: string;
  orderId: string;
  sagaId: string | null;
  amountMinor: number | null;
  currency: string;
  status: PaymentStatus;
  /** Null: the payment of a saga that charges it by payment.process, or a tombstone. */
  flow: 'OPEN' | null;
  openUntil: Date | null;
  /** The time to pay is not over, by the clock of the database. */
  isInTime: boolean;
  attemptsMax: number;
  isClosed: boolean;
  closeCode: string | null;
  refundRequested: boolean;
  transactionDate: string;
}

type AttemptStatus =
  | 'SUBMITTED'
  | 'REQUIRES_ACTION'
  | 'SUCCEEDED'
  | 'DECLINED'
  | 'VOIDED'
  | 'REFUSED';

/** One attempt to pay. A refused one has no number. */
export interface Attempt {
  id: string;
  orderId: string;
  number: number | null;
  key: string;
  brand: string | null;
  last4: string | null;
  status: AttemptStatus;
  declineCode: string | null;
  providerRef: string | null;
}

/** The provider may still charge it. */
export function isLive({ status }: Pick<Attempt, 'status'>): boolean {
  return status === 'SUBMITTED' || status === 'REQUIRES_ACTION';
}

export interface Opened {
  sagaId: string | undefined;
  amountMinor: number;
}

/** What payment.open comes to, given the row. Throws Fault. */
export function openStep(
  payment: OpenPayment,
  { sagaId, amountMinor }: Opened,
  digits: number,
): OpenPaymentView | Rejection {
  refuseSagaMismatch(payment, sagaId);
  if (payment.status === 'CANCELLED' || payment.status === 'REFUNDED') return undone();
  refuseOtherFlow(payment);
  if (payment.amountMinor !== amountMinor) {
    const message = `The payment of order ${payment.orderId} was opened with another amount`;
    throw new Fault('AMOUNT_MISMATCH', message, false);
  }
  if (payment.refundRequested) throw unsettled(payment);
  return openViewOf(payment, digits);
}

/**
 * Why no attempt may begin, after these numbered ones; undefined when one may. The payment's row is
 * locked meanwhile.
 */
export function refusalOfAttempt(
  payment: OpenPayment | undefined,
  attempts: readonly Attempt[],
): 'PAYMENT_CLOSED' | 'PAYMENT_IN_PROGRESS' | undefined {
  if (!payment || payment.status !== 'PENDING' || payment.refundRequested) return 'PAYMENT_CLOSED';
  if (payment.isClosed || !payment.isInTime) return 'PAYMENT_CLOSED';
  if (attempts.some(isLive)) return 'PAYMENT_IN_PROGRESS';
  return attempts.length < payment.attemptsMax ? undefined : 'PAYMENT_CLOSED';
}

/** A live attempt goes on with the card that it began with: its row names that one. Throws Fault. */
export function refuseOtherCard(
  attempt: Attempt,
  { brand, last4 }: Pick<Attempt, 'brand' | 'last4'>,
): void {
  if (!isLive(attempt) || (attempt.brand === brand && attempt.last4 === last4)) return;
  const message = `The attempt ${attempt.key} of order ${attempt.orderId} began with another card`;
  throw new Fault('CARD_MISMATCH', message, false);
}

const REFUSAL_TEXTS: Readonly<Record<string, string>> = {
  PAYMENT_CLOSED: 'This order cannot be paid any more. Nothing was charged.',
  PAYMENT_IN_PROGRESS: 'Another payment of this order is in progress. Nothing was charged.',
};

/**
 * The answer that an attempt keeps for its key, whatever became of the payment later. Throws Fault
 * while the attempt is not settled.
 */
export function answerOfAttempt(
  attempt: Attempt,
  payment: OpenPayment | undefined,
  digits: number,
): PaymentAttemptView | Rejection {
  const { orderId, status, brand, last4, declineCode } = attempt;
  const number = attempt.number ?? 0;
  if (status === 'SUCCEEDED' && payment) {
    return {
      orderId,
      number,
      status,
      amount: fromMinor(payment.amountMinor ?? 0, digits),
      currency: payment.currency,
      brand: brand ?? 'unknown',
      last4: last4 ?? '',
    };
  }
  if (status === 'DECLINED') {
    const details: PaymentRefusal = {
      attemptsLeft: Math.max(0, (payment?.attemptsMax ?? 0) - number),
      ...(declineCode !== null && { declineCode }),
    };
    return new Rejection('PAYMENT_DECLINED', `The payment was declined: ${declineCode}`, details);
  }
  if (status === 'VOIDED' || status === 'REFUSED') {
    const code = (status === 'REFUSED' && declineCode) || 'PAYMENT_CLOSED';
    return new Rejection(code, REFUSAL_TEXTS[code] ?? code);
  }
  throw unsettled({ orderId });
}

/** What payment.close comes to, given the row. Throws Fault. */
export function closeStep(
  payment: OpenPayment,
  sagaId: string | undefined,
  digits: number,
): 'settle' | OpenPaymentView | Rejection {
  refuseSagaMismatch(payment, sagaId);
  if (payment.status === 'CANCELLED' || payment.status === 'REFUNDED') return undone();
  refuseOtherFlow(payment);
  if (payment.refundRequested) throw unsettled(payment);
  if (payment.status === 'SUCCESS') return openViewOf(payment, digits);
  if (payment.status === 'PENDING') return 'settle';
  const code = payment.closeCode ?? 'PAYMENT_NOT_MADE';
  return new Rejection(code, CLOSE_TEXTS[code] ?? code);
}

const CLOSE_TEXTS: Readonly<Record<string, string>> = {
  PAYMENT_NOT_MADE: 'The order was not paid in time',
  PAYMENT_DECLINED: 'No attempt to pay the order succeeded',
};

/** How an attempt ended, as it shall be written. */
export type AttemptOutcome =
  | { status: 'SUCCEEDED'; authCode: string | null; feeMinor: number | null }
  | { status: 'DECLINED' | 'VOIDED'; declineCode: string | null };

/**
 * The outcome of an attempt whose intent is dead or charged; undefined while the provider may still
 * charge it. `declineCode` is what an earlier confirm said.
 */
export function outcomeOf(intent: Intent, declineCode?: string | null): AttemptOutcome | undefined {
  const { state, authCode, feeMinor } = intent;
  if (state === 'succeeded') return { status: 'SUCCEEDED', authCode, feeMinor };
  if (state !== 'voided' && state !== 'declined') return undefined;
  const code = declineCode ?? intent.declineCode;
  return { status: code ? 'DECLINED' : 'VOIDED', declineCode: code };
}

/** Amount and currency of what the provider charged are compared before anything is written. */
export function refuseOtherAmount(
  { amountMinor, currency, orderId }: OpenPayment,
  intent: Intent,
): void {
  if (intent.amountMinor === amountMinor && intent.currency === currency) return;
  const message =
    `The provider has ${intent.amountMinor} ${intent.currency} (minor units) for the payment ` +
    `of order ${orderId} over ${amountMinor} ${currency}`;
  throw new Fault('AMOUNT_MISMATCH', message, false);
}

export function refuseSagaMismatch(
  { sagaId, orderId }: Pick<OpenPayment, 'sagaId' | 'orderId'>,
  asking: string | undefined,
): void {
  if (!asking || !sagaId || asking === sagaId) return;
  throw new Fault('WRONG_SAGA', `The payment of order ${orderId} belongs to saga ${sagaId}`, false);
}

export function refuseOtherFlow({ flow, orderId }: Pick<OpenPayment, 'flow' | 'orderId'>): void {
  if (flow === 'OPEN') return;
  throw new Fault('WRONG_FLOW', `The payment of order ${orderId} was not opened`, false);
}

export function unsettled({ orderId }: { orderId: string }): Fault {
  const message = `The payment of order ${orderId} is being settled or undone`;
  return new Fault('PAYMENT_UNSETTLED', message, true);
}

function undone(): Rejection {
  return new Rejection('PAYMENT_CANCELLED', 'The payment was undone');
}

function openViewOf(payment: OpenPayment, digits: number): OpenPaymentView {
  const { id, orderId, amountMinor, currency, status, transactionDate } = payment;
  return {
    id,
    orderId,
    amount: amountMinor === null ? null : fromMinor(amountMinor, digits),
    currency,
    status,
    transactionDate,
    payBy: (payment.openUntil ?? new Date(0)).toISOString(),
    attemptsMax: payment.attemptsMax,
  };
}
