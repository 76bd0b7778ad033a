/** What became of an action of an operator. */
export const ACTION_OUTCOMES = ['done', 'refused', 'failed', 'unknown'] as const;
export type ActionOutcome = (typeof ACTION_OUTCOMES)[number];

/** One row of the record of actions. */
export interface OperatorActionView {
  id: string;
  at: string;
  operator: string;
  action: string;
  subject: { kind: string; id: string };
  reason: string;
  /** Where the subject stood. */
  seen: string | null;
  /** Null: under way, or its orchestrator ended; then it may have been done. */
  outcome: ActionOutcome | null;
  detail: unknown;
}

/** The answer of GET /operations/actions, newest first. */
export interface OperatorActionList {
  actions: OperatorActionView[];
  /** The `before` of the next page; null on the last one. */
  next: string | null;
}
