import { settlementOfCancel, settlementOfCharge, softDeclined, type Payment } from './payment.js';
import type { PaymentRepository } from './payment.repository.js';
import type { PaymentProvider } from './provider.js';

export interface SettlementParts {
  payments: Pick<PaymentRepository, 'settle' | 'read'>;
  provider: PaymentProvider;
  /** Ends what the customer of an opened payment may have under way at the provider. */
  openPayments: { burnLive(orderId: string): Promise<void> };
  /** Told the name of every fault point that is passed; tests arm them. */
  reached: (point: string) => void | Promise<void>;
}

/**
 * Call the provider, then write what it decided: outside any transaction, and so that a repeat
 * after a crash at any moment comes to the same end. Answers the row as it stands then. Throws
 * Fault.
 */
export class PaymentSettlement {
  private readonly charges = new Map<string, Promise<Payment>>();
  private readonly cancellations = new Map<string, Promise<Payment>>();

  constructor(private readonly parts: SettlementParts) {}

  /** Submits the charge under the payment's key, as often as need be: it is charged once. */
  charge(payment: Payment): Promise<Payment> {
    return joined(this.charges, payment, () => this.submit(payment));
  }

  /** Finishes an undo that is on record. */
  cancel(payment: Payment): Promise<Payment> {
    return joined(this.cancellations, payment, () => this.takeBack(payment));
  }

  private async submit(payment: Payment): Promise<Payment> {
    const { payments, provider, reached } = this.parts;
    const { amountMinor, providerKey: key, currency } = intended(payment);
    await reached('payment.after-intent-before-call');
    const card = payment.cardToken ?? undefined;
    const outcome = await provider.charge({ key, amountMinor, currency, ...(card && { card }) });
    await reached('payment.after-call-before-outcome');
    if (outcome.kind === 'soft-declined') throw softDeclined(payment, outcome.reason);
    const settlement = settlementOfCharge(payment, outcome);
    if (settlement) return payments.settle(settlement);
    return (await payments.read(payment.orderId)) ?? payment;
  }

  private async takeBack(payment: Payment): Promise<Payment> {
    const { payments, provider, reached } = this.parts;
    await reached('payment.between-refund-requested-and-cancel');
    const last = payment.flow === 'OPEN' ? await this.burned(payment) : payment;
    if (last.providerKey === null) return payments.settle(settlementOfCancel(last, 'voided'));
    const outcome = await provider.cancel(intended(last).providerKey);
    return payments.settle(settlementOfCancel(last, outcome));
  }

  private async burned(payment: Payment): Promise<Payment> {
    const { payments, openPayments } = this.parts;
    await openPayments.burnLive(payment.orderId);
    return (await payments.read(payment.orderId)) ?? payment;
  }
}

/**
 * A repeat shares the call that is under way: while the provider is slow, the retries of every
 * command would otherwise burden it with several calls a payment.
 */
function joined(
  underWay: Map<string, Promise<Payment>>,
  { orderId }: Payment,
  call: () => Promise<Payment>,
): Promise<Payment> {
  const before = underWay.get(orderId);
  if (before) return before;
  const begun = call().finally(() => underWay.delete(orderId));
  underWay.set(orderId, begun);
  return begun;
}

function intended(payment: Payment): Payment & { amountMinor: number; providerKey: string } {
  const { amountMinor, providerKey } = payment;
  if (amountMinor === null || providerKey === null) {
    throw new Error(`order ${payment.orderId} has nothing to charge`);
  }
  return { ...payment, amountMinor, providerKey };
}
