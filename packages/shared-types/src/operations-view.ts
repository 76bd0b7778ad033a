import type { SagaView } from './saga-view.js';

/**
 * What a dead letter is worth now: docs/operations.md tells what each class means. `unclear` holds
 * for a moment only: the service that knows does not answer, or what decides it has to end first.
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
  /** `once repaired`: legal when the operator says that what made it fail was repaired. */
  replay: 'legal' | 'once repaired' | 'refused';
  discard: 'legal' | 'refused';
}

/** A dead letter as GET /dead-letters lists it. */
export interface DeadLetterView extends DeadLetterVerdict {
  id: string;
  queue: string;
  /** `replaying`: a replay is under way, or its orchestrator died less than a minute ago. */
  state: 'open' | 'replaying';
  /** How it died; null for what was put there by hand. */
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
  bytes: number;
}

/** The answer of GET /dead-letters/:id: everything that the dead letter consists of. */
export interface WholeDeadLetterView extends DeadLetterView {
  /** Text, or base64 when it is none. */
  body: string;
  encoding: 'utf8' | 'base64';
  properties: { headers: object; replyTo?: unknown; correlationId?: unknown; messageId?: unknown };
}

/** The answer of GET /dead-letters. */
export interface DeadLetterList {
  letters: DeadLetterView[];
  /** How many follow behind the page, by queue; where a class was asked for, of any class. */
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
