import type { SagaHistoryPart, SagaView } from './saga-view.js';

/**
 * What may be done with a dead letter now; docs/operations.md explains each class. `unclear` is
 * temporary: a service does not answer, or a running saga has to end first.
 */
export const DEAD_LETTER_CLASSES = [
  'obsolete',
  'replayable',
  'poison',
  'unknown shape',
  'unclear',
] as const;

export type DeadLetterClass = (typeof DEAD_LETTER_CLASSES)[number];

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
  /** `replaying`: a replay is under way, or its orchestrator died less than a minute ago. */
  state: 'open' | 'replaying';
  /** The reason for which it was dead-lettered; null for a message that a person published. */
  reason: string | null;
  detail: string | null;
  diedAt: string | null;
  /** When it was taken out of its dead-letter queue for the first time. */
  firstSeenAt: string;
  /** How often it was replayed before. */
  replayed: number;
  pattern: string | null;
  orderId: string | null;
  /** The saga it names, or the one of its order. */
  sagaId: string | null;
  step: string | null;
  direction: string | null;
  attempt: number | null;
  /** Of the whole body. Of one that no service can read, the beginning alone may be stored. */
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
  deadLetters: DeadLetterView[];
  /** How many follow after this page, by queue; with a filter by class, those of every class. */
  more: Record<string, number>;
  /** The `after` of the next page; null on the last one. */
  next: string | null;
}

/** Dead letters that have all of this in common. */
export interface DeadLetterGroup {
  queue: string;
  pattern: string | null;
  reason: string | null;
  /** As each was classed when it was shown last; `unclear` for a command that was never shown. */
  class: DeadLetterClass;
  count: number;
  /** When the first and the last of them were taken out of their queue. */
  oldestAt: string;
  newestAt: string;
}

/** The answer of GET /dead-letters/groups: the largest ones, the largest first. */
export interface DeadLetterGroups {
  groups: DeadLetterGroup[];
  /** How many groups are not shown. */
  more: number;
}

/** The answer of GET /sagas: unfinished ones, parked ones first, those that wait last. */
export interface SagaList {
  sagas: Omit<SagaView, SagaHistoryPart>[];
  /** How many follow after this page. */
  more: number;
  /** The `after` of the next page; null on the last one. */
  next: string | null;
}

/** The answer of an action on a dead letter. `actionId` is the id of its record. */
export interface DeadLetterDone {
  outcome: 'done';
  actionId: string;
  deadLetter: DeadLetterView;
}

/** The answer of an action on a saga. */
export interface SagaDone {
  outcome: 'done';
  actionId: string;
  saga: SagaView;
}
