import type { SagaFailure, SagaInstance } from '@backstitch/saga-engine';
import type { OrderStage } from '@backstitch/shared-types';
import { type Refusal, refusalOf } from '../checkout/refusal.js';
import { stageOf } from './stages.js';

/** Why an order was undone by what people did or did not do, in words for its customer. */
const REASONS: Readonly<Record<string, string>> = {
  SELLER_REJECTED: 'The seller rejected the order. Nothing was charged.',
  SELLER_SILENT: 'The seller did not decide in time. Nothing was charged.',
  CUSTOMER_CANCELLED: 'The customer cancelled the order. Any charge was refunded.',
  SELLER_CANCELLED: 'The seller cancelled the order. Any charge was refunded.',
  PAYMENT_NOT_MADE: 'The order was not paid in time. Nothing was charged.',
  NOT_FULFILLED: 'The seller did not fulfil the order in time. Any charge was refunded.',
};

/** Why a marketplace order is undone, in words for its caller. Pure. */
export function reasonOf(failure: SagaFailure): { code: string; detail: string } {
  const detail = failure.kind === 'rejected' ? REASONS[failure.code] : undefined;
  return detail === undefined ? refusalOf(failure) : { code: failure.code, detail };
}

/** What a seller does to an order, each by a signal of this name. */
type SellerAct = 'confirm' | 'reject' | 'prepare' | 'ready' | 'fulfil';
export type PersonSignal = SellerAct | 'customer-cancel' | 'seller-cancel';
/** What has an outcome: the order was placed or paid, or a person gave a signal. */
export type Asked = 'placed' | 'paid' | PersonSignal;

/** The stage that each leads to, and the steps on the way to it. */
const LEADS_TO: Readonly<Record<Asked, readonly [OrderStage, ...string[]]>> = {
  placed: ['AWAITING_SELLER', 'ORDER_PLACED'],
  confirm: ['AWAITING_PAYMENT', 'INVENTORY_RESERVED', 'PAYMENT_OPENED', 'ORDER_ACCEPTED'],
  paid: ['PAID', 'CUSTOMER_PAYS', 'PAYMENT_SETTLED', 'HOLD_EXTENDED', 'ORDER_PAID'],
  prepare: ['PREPARING', 'ORDER_PREPARING'],
  ready: ['READY', 'ORDER_READY'],
  fulfil: ['FULFILLED', 'INVENTORY_COMMITTED', 'ORDER_FULFILLED'],
  reject: ['CANCELLED'],
  'customer-cancel': ['CANCELLED'],
  'seller-cancel': ['CANCELLED'],
};

/** A saga that has nothing to do for now. */
export type Rest =
  | { phase: 'waiting'; waitsAt: string }
  | { phase: 'done' }
  | { phase: 'undone'; failure: SagaFailure };

/** How what a person did came out. */
export type Outcome =
  | { kind: 'stage'; stage: OrderStage }
  /** The order was undone before it came to the stage. */
  | ({ kind: 'refused' } & Refusal)
  | { kind: 'going-on'; stage: OrderStage };

/**
 * What the sender of an applied signal is told, given its saga at rest, or as it was seen last: the same at
 * every later time. So a repeated signal gets the answer of the first one. Pure.
 */
export function outcomeOf(
  asked: Asked,
  seen: SagaInstance | undefined,
  rest: Rest | undefined,
): Outcome {
  const [target, ...steps] = LEADS_TO[asked];
  const goesOn = { kind: 'going-on', stage: seen ? stageOf(seen) : target } as const;
  if (!rest) return goesOn;
  // It was not told yet that it is paid.
  if (asked === 'paid' && rest.phase === 'waiting' && rest.waitsAt === 'CUSTOMER_PAYS')
    return goesOn;
  if (rest.phase !== 'undone' || target === 'CANCELLED') return { kind: 'stage', stage: target };
  const { failure } = rest;
  if (!steps.includes(failure.step)) return { kind: 'stage', stage: target };
  if (failure.code.endsWith('_CANCELLED') && REASONS[failure.code] !== undefined) {
    return { kind: 'refused', code: 'ORDER_CANCELLED', detail: REASONS[failure.code]! };
  }
  if (failure.code === 'PAYMENT_NOT_MADE') {
    return { kind: 'refused', code: 'PAYMENT_CLOSED', detail: REASONS.PAYMENT_NOT_MADE! };
  }
  return { kind: 'refused', ...refusalOf(failure) };
}
