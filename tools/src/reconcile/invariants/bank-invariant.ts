import type { PaymentRow } from '../reading/rows.js';

type BankSays = Pick<PaymentRow, 'decision' | 'charged' | 'chargedCurrency' | 'refunded'>;

/** What the bank must have in its ledger for a payment of this status; undefined when it has. */
export function bankProblem(payment: PaymentRow): string | undefined {
  const { status } = payment;
  if (status === 'PENDING') return undefined; // under way; invariants 2 and 3 see it if it stays
  const problem = PROBLEM_OF[status](payment);
  return problem && `payment ${status} of ${payment.amount} ${payment.currency}, ${problem}`;
}

const PROBLEM_OF: Record<
  Exclude<PaymentRow['status'], 'PENDING'>,
  (payment: PaymentRow) => string | undefined
> = {
  SUCCESS: (payment) => chargeProblem(payment) ?? refundOf(payment, null),
  REFUNDED: (payment) => chargeProblem(payment) ?? refundOf(payment, undone(payment)),
  FAILED: (payment) =>
    decided(payment, [payment.flow === 'OPEN' ? null : 'DECLINED']) ?? refundOf(payment, null),
  CANCELLED: (payment) => decided(payment, ['VOIDED', 'BURNED', null]) ?? refundOf(payment, null),
};

/** What an undo gave back: all, unless refunds in parts did. */
function undone({ amount, refundedAmount }: PaymentRow): string | null {
  return amount !== null && refundedAmount === amount ? null : amount;
}

function chargeProblem(payment: PaymentRow): string | undefined {
  const { charged, chargedCurrency, amount, currency } = payment;
  const exact = charged === amount && chargedCurrency === currency;
  return decided(payment, ['APPROVED']) ?? (exact ? undefined : `the bank charged ${charged}`);
}

function decided({ decision }: BankSays, right: readonly (string | null)[]): string | undefined {
  return right.includes(decision) ? undefined : `the bank says ${decision ?? 'nothing'}`;
}

function refundOf({ refunded }: BankSays, right: string | null): string | undefined {
  return refunded === right ? undefined : `the bank refunded ${refunded ?? 'nothing'}`;
}
