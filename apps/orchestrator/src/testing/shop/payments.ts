import type { ReplyOutcome } from '@backstitch/saga-engine';
import type { World } from '@backstitch/saga-engine/testing';
import { DONE, fault, no } from './answers.js';
import type { Charge, SimulatedBank } from './bank.js';

type PaymentState = 'NONE' | 'PENDING' | 'SUCCESS' | 'FAILED' | 'REFUNDED' | 'CANCELLED';
export type Answer = (outcome: ReplyOutcome) => void;

export interface Payment {
  state: PaymentState;
  refundRequested: boolean;
}

/**
 * The payment service as far as the protocol goes: intent, call, outcome, each a moment of its own,
 * and the service may die between them. The bank takes as long as it likes.
 */
export class SimulatedPayments {
  protected readonly rows = new Map<string, Payment>();
  /** Commands that wait for a charge under way: the bank is asked once, unless the service dies. */
  private readonly charging = new Map<string, (() => void)[]>();

  constructor(
    protected readonly world: World,
    readonly bank: SimulatedBank,
  ) {}

  of(orderId: string): Payment {
    let row = this.rows.get(orderId);
    if (!row) this.rows.set(orderId, (row = { state: 'NONE', refundRequested: false }));
    return row;
  }

  process(orderId: string, answer: Answer): void {
    const row = this.of(orderId);
    if (row.state === 'NONE') row.state = 'PENDING';
    const isOpen = row.state === 'PENDING' && !row.refundRequested;
    if (isOpen) this.submit(orderId, () => answer(this.answerOf(row)));
    else answer(this.answerOf(row));
  }

  refund(orderId: string, answer: Answer): void {
    const row = this.of(orderId);
    if (row.state === 'NONE') row.state = 'CANCELLED';
    if (row.state !== 'PENDING' && row.state !== 'SUCCESS') return answer(DONE);
    row.refundRequested = true;
    this.takeBack(orderId, () => answer(DONE));
  }

  /** Settles payments that stayed pending. */
  recover(orderId: string): void {
    const { state, refundRequested } = this.of(orderId);
    if (refundRequested && (state === 'PENDING' || state === 'SUCCESS')) {
      this.takeBack(orderId, () => undefined);
    } else if (state === 'PENDING') this.submit(orderId, () => undefined);
  }

  protected submit(orderId: string, then: () => void): void {
    const waiting = this.charging.get(orderId);
    if (waiting) return void waiting.push(then);
    this.charging.set(orderId, [then]);
    this.moment(orderId, 'charge', () => {
      const decision = this.bank.charge(orderId);
      this.moment(orderId, 'outcome of the charge', () => {
        this.settle(this.of(orderId), decision);
        const told = this.charging.get(orderId) ?? [];
        this.charging.delete(orderId);
        for (const one of told) one();
      });
    });
  }

  protected takeBack(orderId: string, then: () => void): void {
    this.moment(orderId, 'cancel of the charge', () => {
      const state = this.bank.cancel(orderId);
      this.moment(orderId, 'outcome of the cancel', () => {
        const row = this.of(orderId);
        if (row.state === 'PENDING' || row.state === 'SUCCESS') row.state = state;
        then();
      });
    });
  }

  protected settle(row: Payment, decision: Charge['decision']): void {
    if (row.state !== 'PENDING' || row.refundRequested || decision === 'VOIDED') return;
    row.state = decision === 'APPROVED' ? 'SUCCESS' : 'FAILED';
  }

  protected answerOf({ state, refundRequested }: Payment): ReplyOutcome {
    if (state === 'FAILED') return no('PAYMENT_DECLINED');
    if (state === 'REFUNDED' || state === 'CANCELLED') return no('PAYMENT_CANCELLED');
    return refundRequested || state === 'PENDING' ? fault('PAYMENT_UNSETTLED') : DONE;
  }

  private moment(orderId: string, what: string, work: () => void): void {
    const name = `${what} of ${orderId}`;
    this.world.later(name, () => {
      const dies = this.world.fault(20);
      this.world.tell(() => (dies ? `  * payments die before the ${name}` : `  ${name}`));
      if (dies) this.charging.delete(orderId);
      else work();
    });
  }
}
