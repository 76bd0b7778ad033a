import type { ReplyOutcome } from '@backstitch/saga-engine';
import { DONE, fault, no } from './answers.js';

export type OrderState = 'NONE' | 'PENDING' | 'CONFIRMED' | 'CANCELLED';

/** The order service as far as the protocol goes: one row an order, moved by three commands. */
export class SimulatedOrders {
  protected readonly rows = new Map<string, OrderState>();

  of(orderId: string): OrderState {
    return this.rows.get(orderId) ?? 'NONE';
  }

  create(orderId: string): ReplyOutcome {
    if (this.of(orderId) === 'NONE') this.rows.set(orderId, 'PENDING');
    return this.of(orderId) === 'CANCELLED' ? no('ORDER_CANCELLED') : DONE;
  }

  confirm(orderId: string): ReplyOutcome {
    if (this.of(orderId) === 'NONE') return fault('ORDER_NOT_FOUND', false);
    if (this.of(orderId) === 'PENDING') this.rows.set(orderId, 'CONFIRMED');
    return this.of(orderId) === 'CANCELLED' ? no('ORDER_CANCELLED') : DONE;
  }

  /** Asked by a saga that undoes itself, or by another program: a confirmed order stays. */
  cancel(orderId: string): ReplyOutcome {
    if (this.of(orderId) === 'CONFIRMED') return fault('ALREADY_CONFIRMED', false);
    this.rows.set(orderId, 'CANCELLED');
    return DONE;
  }
}
