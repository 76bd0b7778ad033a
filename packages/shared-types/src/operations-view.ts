import type { SagaView } from './saga-view.js';

/**
 * What may be done with a dead letter now; docs/operations.md explains each class. `unclear` is
 * temporary: a service does not answer, or a running saga has to end first.
 */
export type DeadLetterClass = 'obsolete' | 'replayable' | 'poison' | 'unknown shape' | 'unclear';

/** What may be done with a dead letter now. */
export interface DeadLetterVerdict {
  class: DeadLetterClass;
  /** A sentence for the operator: why, and what would help. */
  why: string;
  /** `once repaired`: allowed if the operator states that the cause was repaired. */
  replay: 'legal' | 'once repaired' | 'refused';
  discard: 'legal' | 'refused';
}

/** A dead letter as GET /dead-letters lists it. */
export interface DeadLetterView extends DeadLetterVerdict {
  id: string;
  queue: string;
  /** The reason of its death; null for a message that a person published. */
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

/** The answer of GET /dead-letters/:id: the whole dead letter. */
export interface WholeDeadLetterView extends DeadLetterView {
  /** Text, or base64 for bytes that are not text. */
  body: string;
  encoding: 'utf8' | 'base64';
  properties: { headers: object; replyTo?: unknown; correlationId?: unknown; messageId?: unknown };
}

/** The answer of GET /dead-letters. */
export interface DeadLetterList {
  letters: DeadLetterView[];
  /** How many are not shown, by queue: they are further back. */
  more: Record<string, number>;
  /** The `after` of the next page; null when no more can be read now. */
  next: string | null;
}

/** The answer of GET /sagas: unfinished ones, parked ones first. */
export interface SagaList {
  sagas: Omit<SagaView, 'log'>[];
  /** How many follow after this page. */
  more: number;
  /** The `after` of the next page; null on the last one. */
  next: string | null;
}

/** The answer of an action on a dead letter. `actionId` is the id of its record. */
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
