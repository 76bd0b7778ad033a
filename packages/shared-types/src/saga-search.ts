import type { SAGA_STATUSES } from './saga-view.js';

/** What may be true of an unfinished saga, for a search. */
export const SAGA_CONDITIONS = ['retrying', 'parked', 'doubt', 'waiting'] as const;
export type SagaCondition = (typeof SAGA_CONDITIONS)[number];

/** A saga in the answer of a search. */
export interface FoundSagaView {
  sagaId: string;
  orderId: string;
  definition: string;
  userId: string | null;
  /** In the currency of the system. */
  amount: string | null;
  status: (typeof SAGA_STATUSES)[number];
  currentStep: string;
  /** The attempt of the awaited command; null in a wait and at the end. */
  attempt: number | null;
  nextTryAt: string | null;
  /** Which of the conditions are true of it. */
  is: SagaCondition[];
  /** Why it is undone, or why its last attempt failed; null when nothing failed. */
  code: string | null;
  /** The step that this is about. */
  step: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Sagas that failed for the same reason at the same step; both null: those without a failure. */
export interface SagaGroupView {
  code: string | null;
  step: string | null;
  count: number;
}

/** The answer of GET /operations/sagas, newest first. */
export interface SagaSearch {
  sagas: FoundSagaView[];
  /** Of all matches from this page on, as far as was looked; the counts add up to `matched`. */
  groups: SagaGroupView[];
  matched: number;
  /** The `before` of the next page; null when there is none. */
  next: string | null;
  /** When not all sagas were looked at: the time of the oldest one that was. */
  lookedUntil: string | null;
}
