import type { FoundSagaView } from './saga-search.js';

/** What may be done to many sagas at once. */
export const BULK_ACTIONS = ['retry', 'resume', 'compensate'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** A preview has so many sagas at most. */
export const BULK_SAGAS_MAX = 1_000;
export const BULK_PER_SECOND_MAX = 100;

/** What the action leads to, if no command fails. */
export interface BulkEffects {
  /** Sagas whose payment is given back. */
  refunds: number;
  /** Of all of them, in the currency of the system. */
  refundAmount: string;
  /** Of the refunds: those whose payment is not answered, so that nothing may have been charged. */
  refundsInDoubt: number;
  /** Goods that go back into the stock. */
  units: number;
  /** Commands that are sent until the sagas end, by queue. */
  commands: Record<string, number>;
}

/** The answer of POST /operations/previews: a frozen set of sagas. */
export interface BulkPreview {
  previewId: string;
  action: BulkAction;
  expiresAt: string;
  /** How many sagas the action is allowed for; a bulk operation has these. */
  legal: number;
  refused: { why: string; count: number }[];
  effects: BulkEffects;
  /** Some of the legal ones. */
  sample: Pick<
    FoundSagaView,
    'sagaId' | 'orderId' | 'userId' | 'amount' | 'status' | 'currentStep'
  >[];
}

export type BulkOutcome = 'done' | 'refused' | 'failed' | 'unknown' | 'stopped';

export interface BulkItemView {
  /** The id of the saga. */
  id: string;
  /** Null: still to be done, or under way. `unknown`: the saga says whether it was done. */
  outcome: BulkOutcome | null;
  why: string | null;
}

/** The answer of POST /operations/bulk, GET /operations/bulk/:id and POST /operations/bulk/:id/stop. */
export interface BulkView {
  id: string;
  previewId: string;
  action: BulkAction;
  operator: string;
  reason: string;
  perSecond: number;
  state: 'running' | 'stopped' | 'done';
  startedAt: string;
  endedAt: string | null;
  stoppedBy: string | null;
  items: BulkItemView[];
}
