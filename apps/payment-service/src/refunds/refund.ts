import { Fault, fromMinor, type PaymentStatus, type RefundView } from '@backstitch/shared-types';
import type { RefundState } from '../payment/intent-provider.js';

/** One order's row in payments, as far as refunds need it. */
export interface RefundablePayment {
  orderId: string;
  sagaId: string | null;
  amountMinor: number | null;
  currency: string;
  status: PaymentStatus;
  providerKey: string | null;
  /** An undo gives back all of it. */
  refundRequested: boolean;
  reservedMinor: number;
}

export interface Refund {
  id: string;
  orderId: string;
  amountMinor: number;
  status: 'REQUESTED' | RefundState;
  attempt: number;
  sagaId: string | null;
}

/** A refund and the charge that it gives back a part of. */
export interface ChargedRefund extends Refund {
  chargeKey: string;
  currency: string;
}

/**
 * How much a new refund gives back: what is asked for, or all that is left. 0: nothing is left.
 * Throws Fault.
 */
export function refundAmount(
  payment: RefundablePayment | undefined,
  orderId: string,
  askedMinor: number | undefined,
): number {
  if (!payment) throw new Fault('PAYMENT_NOT_FOUND', `Order ${orderId} has no payment`, true);
  const { status, amountMinor, reservedMinor, refundRequested } = payment;
  if (status === 'PENDING' || (status === 'SUCCESS' && refundRequested)) {
    const message = `The payment of order ${orderId} is being settled or undone`;
    throw new Fault('PAYMENT_UNSETTLED', message, true);
  }
  const isPaid = status === 'SUCCESS' || status === 'REFUNDED';
  // An undo has given back all of it.
  const leftMinor = isPaid && !refundRequested ? (amountMinor ?? 0) - reservedMinor : 0;
  if (askedMinor === undefined) return leftMinor;
  if (askedMinor <= leftMinor) return askedMinor;
  const message = `Order ${orderId} has less left of its payment than the refund asks for`;
  throw new Fault('REFUND_EXCEEDS_PAYMENT', message, false);
}

/** A repeated refund must ask for the same. Throws Fault. */
export function refuseOtherRefund(
  refund: Refund,
  orderId: string,
  askedMinor: number | undefined,
): void {
  const isSame = askedMinor === undefined || refund.amountMinor === askedMinor;
  if (refund.orderId === orderId && isSame) return;
  const message = `The refund ${refund.id} was requested for another order or amount`;
  throw new Fault('AMOUNT_MISMATCH', message, false);
}

/** The provider has not said how it ended. */
export function isUnsettled({ status }: Pick<Refund, 'status'>): boolean {
  return status === 'REQUESTED' || status === 'PENDING';
}

/** The key at the provider: a new one only after the attempt before has failed. */
export function refundKeyOf({ id, attempt }: Pick<Refund, 'id' | 'attempt'>): string {
  return `${id}:${attempt}`;
}

/** The answer to payment.return. A refund that the provider has accepted counts as done. */
export function answerOfRefund(refund: Refund, currency: string, digits: number): RefundView {
  const { id, orderId, amountMinor, status } = refund;
  if (status === 'FAILED') {
    throw new Fault('REFUND_FAILED', `The provider refused the refund ${id}`, false);
  }
  if (status === 'REQUESTED') {
    throw new Fault('PAYMENT_UNSETTLED', `The refund ${id} is being made`, true);
  }
  return { orderId, refundId: id, amount: fromMinor(amountMinor, digits), currency, status };
}
