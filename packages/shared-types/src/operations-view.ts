import type { SagaView } from './saga-view.js';

/**
 * What a dead letter is worth now: docs/operations.md tells what each class means. `unclear` is no
 * class of letters but of moments: who knows does not answer, or what decides it has to end first.
 */
export type DeadLetterClass = 'obsolete' | 'replayable' | 'poison' | 'unknown shape' | 'unclear';

/** What may be done with a dead letter now. */
export interface DeadLetterVerdict {
  class: DeadLetterClass;
  /** A sentence for the operator: why, and what would help. */
  why: string;
  /** `once repaired`: legal for whoever says that what made it fail was repaired. */
  replay: 'legal' | 'once repaired' | 'refused';
  discard: 'legal' | 'refused';
}

/** A dead letter as GET /dead-letters lists it. */
export interface DeadLetterView extends DeadLetterVerdict {
  id: string;
  queue: string;
  /** How it died; null for what was put there by hand. */
  reason: string | null;
  detail: string | null;
  diedAt: string | null;
  pattern: string | null;
  orderId: string | null;
  /** The saga it names, or the one of its order. */
  sagaId: string | null;
  step: string | null;
  direction: string | null;
  attempt: number | null;
  bytes: number;
}

/** The answer of GET /dead-letters/:id: everything that the letter consists of. */
export interface WholeDeadLetterView extends DeadLetterView {
  /** Text, or base64 when it is none. */
  body: string;
  encoding: 'utf8' | 'base64';
  properties: { headers: object; replyTo?: unknown; correlationId?: unknown; messageId?: unknown };
}

/** The answer of GET /dead-letters. */
export interface DeadLetterList {
  letters: DeadLetterView[];
  /** How many are not shown, by queue: they lie behind. */
  more: Record<string, number>;
  /** The `after` of the next page; null when no more can be seen now. */
  next: string | null;
}

/** The answer of GET /sagas: unfinished ones, parked ones first. */
export interface SagaList {
  sagas: Omit<SagaView, 'log'>[];
  /** How many lie behind them. */
  more: number;
  /** The `after` of the next page; null on the last one. */
  next: string | null;
}

/** The answer of an action on a dead letter; the action is on record under its id. */
export interface DeadLetterDone {
  outcome: 'done';
  actionId: string;
  letter: DeadLetterView;
}

/** The answer of an action on a saga. */
export interface SagaDone {
  outcome: 'done';
  actionId: string;
  saga: SagaView;
}
