import { currentStepOf, type SagaInstance } from '@backstitch/saga-engine';
import {
  type ActorRole,
  ORDER_ACTIONS,
  type OrderAction,
  type OrderStage,
} from '@backstitch/shared-types';

/** The stage of the order while its saga is at a step or a wait. */
const STAGE_AT: Readonly<Record<string, OrderStage>> = {
  ORDER_PLACED: 'AWAITING_SELLER',
  SELLER_DECIDES: 'AWAITING_SELLER',
  INVENTORY_RESERVED: 'AWAITING_SELLER',
  PAYMENT_OPENED: 'AWAITING_SELLER',
  ORDER_ACCEPTED: 'AWAITING_SELLER',
  CUSTOMER_PAYS: 'AWAITING_PAYMENT',
  PAYMENT_SETTLED: 'AWAITING_PAYMENT',
  HOLD_EXTENDED: 'AWAITING_PAYMENT',
  ORDER_PAID: 'AWAITING_PAYMENT',
  SELLER_STARTS: 'PAID',
  ORDER_PREPARING: 'PAID',
  SELLER_READIES: 'PREPARING',
  ORDER_READY: 'PREPARING',
  SELLER_HANDS_OVER: 'READY',
  INVENTORY_COMMITTED: 'READY',
  ORDER_FULFILLED: 'READY',
  COMPLETED: 'FULFILLED',
};

/**
 * By the name of a step, a wait or an end, and the steps that were skipped on the way to it; what is
 * being undone, or was, counts as CANCELLED. Pure.
 */
export function stageAt(name: string, skipped: readonly string[] = []): OrderStage {
  const stage = STAGE_AT[name] ?? 'CANCELLED';
  if (stage !== 'READY') return stage;
  if (skipped.includes('ORDER_PREPARING')) return 'PAID';
  return skipped.includes('ORDER_READY') ? 'PREPARING' : 'READY';
}

/** The stage of the order of a saga. Pure. */
export function stageOf(saga: SagaInstance): OrderStage {
  if (saga.phase === 'backward' || saga.phase === 'undone') return 'CANCELLED';
  return stageAt(currentStepOf(saga), saga.waits?.skipped);
}

/** What each signal is to people. What is not here comes from no person. */
const ACTION_OF: Readonly<Record<string, readonly [OrderAction, ActorRole]>> = {
  confirm: ['confirm', 'seller'],
  reject: ['reject', 'seller'],
  prepare: ['prepare', 'seller'],
  ready: ['ready', 'seller'],
  fulfil: ['fulfil', 'seller'],
  paid: ['pay', 'customer'],
  'customer-cancel': ['cancel', 'customer'],
  'seller-cancel': ['cancel', 'seller'],
};

/** What somebody may do, of the signals that a saga awaits. Pure. */
export function allowedFor(role: ActorRole, awaited: readonly string[]): OrderAction[] {
  const allowed = awaited.flatMap((name) => {
    const [action, by] = ACTION_OF[name] ?? [];
    return action !== undefined && by === role ? [action] : [];
  });
  return ORDER_ACTIONS.filter((action) => allowed.includes(action));
}
