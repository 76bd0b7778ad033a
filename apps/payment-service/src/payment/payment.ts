import {
  Fault,
  fromMinor,
  Rejection,
  type PaymentStatus,
  type PaymentView,
} from '@backstitch/shared-types';
import type { CancelOutcome, ChargeOutcome } from './provider.js';

/** One order's row in payments. */
export interface Payment {
  id: string;
  orderId: string;
  sagaId: string | null;
  /** null with providerKey: a tombstone. */
  amountMinor: number | null;
  providerKey: string | null;
  currency: string;
  status: PaymentStatus;
  declineReason: string | null;
  refundRequested: boolean;
  /** OPEN: its customer pays it, in attempts; payment.process does not charge it. */
  flow: 'OPEN' | null;
  /** The card that payment.process charges, if it named one. */
  cardToken: string | null;
  transactionDate: string;
}

/** What payment.process asks for. */
export interface Asked {
  sagaId: string | undefined;
  amountMinor: number;
}

/** An outcome as it shall be written. `by` says under which condition of the row. */
export interface Settlement {
  orderId: string;
  by: 'charge' | 'cancel';
  status: PaymentStatus;
  declineReason: string | null;
}

/**
 * What payment.process comes to, given the row: submit the charge (again, under its key), or the
 * answer that the row keeps. Throws Fault.
 */
export function processStep(
  payment: Payment,
  asked: Asked,
  digits: number,
): 'charge' | PaymentView | Rejection {
  refuseSagaMismatch(payment, asked.sagaId);
  refuseOpened(payment);
  if (payment.amountMinor !== null && payment.amountMinor !== asked.amountMinor) {
    const [had, asks] = [payment.amountMinor, asked.amountMinor].map((m) => fromMinor(m, digits));
    const message = `The payment of order ${payment.orderId} is over ${had}, not ${asks}`;
    throw new Fault('AMOUNT_MISMATCH', message, false);
  }
  if (payment.status === 'FAILED') return declined(payment);
  if (payment.status === 'REFUNDED' || payment.status === 'CANCELLED') {
    return new Rejection('PAYMENT_CANCELLED', 'The payment was undone');
  }
  if (payment.refundRequested) throw unsettled(payment);
  return payment.status === 'PENDING' ? 'charge' : viewOf(payment, digits);
}

/**
 * What payment.refund comes to once it is on record: cancel at the provider, or nothing is left.
 * Throws Fault for a refund that was not recorded, because the payment is another one's to undo.
 */
export function refundStep(payment: Payment, sagaId: string | undefined): 'cancel' | 'done' {
  refuseSagaMismatch(payment, sagaId);
  refuseWithoutSaga(payment, sagaId);
  refuseUnrecorded(payment);
  return isBeingRefunded(payment) ? 'cancel' : 'done';
}

/** An undo was recorded and is not finished. */
export function isBeingRefunded({ status, refundRequested }: Payment): boolean {
  return refundRequested && (status === 'PENDING' || status === 'SUCCESS');
}

/**
 * A voided key is no outcome: the cancellation that voided it writes what became of the payment.
 */
export function settlementOfCharge(
  { orderId }: Payment,
  outcome: ChargeOutcome,
): Settlement | undefined {
  if (outcome.kind === 'voided' || outcome.kind === 'soft-declined') return undefined;
  const approved = outcome.kind === 'approved';
  return {
    orderId,
    by: 'charge',
    status: approved ? 'SUCCESS' : 'FAILED',
    declineReason: approved ? null : outcome.reason,
  };
}

const STATUS_AFTER_CANCEL = {
  refunded: 'REFUNDED',
  voided: 'CANCELLED',
  declined: 'FAILED',
} as const satisfies Record<CancelOutcome, PaymentStatus>;

export function settlementOfCancel({ orderId }: Payment, outcome: CancelOutcome): Settlement {
  const declineReason = outcome === 'declined' ? 'declined before it was undone' : null;
  return { orderId, by: 'cancel', status: STATUS_AFTER_CANCEL[outcome], declineReason };
}

/** Nothing is decided: the saga charges it again, after a pause. */
export function softDeclined({ orderId }: Payment, reason: string): Fault {
  const message = `The payment of order ${orderId} was declined for the moment: ${reason}`;
  return new Fault('PAYMENT_SOFT_DECLINED', message, true);
}

export function unsettled({ orderId }: Payment): Fault {
  const message = `The payment of order ${orderId} is being settled or undone`;
  return new Fault('PAYMENT_UNSETTLED', message, true);
}

export function viewOf(payment: Payment, digits: number): PaymentView {
  const { id, orderId, amountMinor, currency, status, transactionDate } = payment;
  const amount = amountMinor === null ? null : fromMinor(amountMinor, digits);
  return { id, orderId, amount, currency, status, transactionDate };
}

/** The word of the provider for a card is told apart, because programs read it. */
function declined({ declineReason, cardToken }: Payment): Rejection {
  const message = `The payment was declined: ${declineReason}`;
  const details = cardToken === null ? undefined : { declineCode: declineReason };
  return new Rejection('PAYMENT_DECLINED', message, details);
}

/** The customer may be paying it, and would be charged twice. */
function refuseOpened({ flow, status, orderId }: Payment): void {
  if (flow !== 'OPEN' || status === 'CANCELLED' || status === 'REFUNDED') return;
  const message = `The payment of order ${orderId} was opened for its customer`;
  throw new Fault('WRONG_FLOW', message, false);
}

/** Refunds in parts took of it, so an undo of all was not recorded. */
function refuseUnrecorded({ status, refundRequested, orderId }: Payment): void {
  if (refundRequested || (status !== 'SUCCESS' && status !== 'PENDING')) return;
  const message = `The payment of order ${orderId} was given back in part`;
  throw new Fault('REFUND_EXCEEDS_PAYMENT', message, false);
}

function refuseSagaMismatch(payment: Payment, sagaId: string | undefined): void {
  if (!sagaId || !payment.sagaId || sagaId === payment.sagaId) return;
  const message = `The payment of order ${payment.orderId} belongs to saga ${payment.sagaId}`;
  throw new Fault('WRONG_SAGA', message, false);
}

/**
 * What a saga charged is given back by that saga only; where nothing is left, there is nothing to
 * refuse.
 */
function refuseWithoutSaga(payment: Payment, sagaId: string | undefined): void {
  const { orderId, status, refundRequested } = payment;
  if (sagaId || !payment.sagaId || refundRequested) return;
  if (status !== 'SUCCESS' && status !== 'PENDING') return;
  const message = `The payment of order ${orderId} is refunded by saga ${payment.sagaId} only`;
  throw new Fault(status === 'SUCCESS' ? 'ORDER_CONFIRMED' : 'WRONG_SAGA', message, false);
}
