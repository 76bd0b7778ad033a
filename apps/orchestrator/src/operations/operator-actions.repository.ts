import type { Database } from '@backstitch/service-kit';
import { type ActionOutcome, newUuid } from '@backstitch/shared-types';
import type { OperatorAct } from './operator-act.js';
import { storableText } from './storable-text.js';

export interface ActionRecord {
  readonly action:
    | 'replay'
    | 'discard'
    | 'retry'
    | 'resume'
    | 'compensate'
    | 'set'
    | 'end'
    | 'bulk'
    | 'stop';
  readonly subjectKind: 'dead-letter' | 'saga' | 'chaos' | 'bulk';
  readonly subjectId: string;
  readonly act: OperatorAct;
  /** The dead letter's class, or where the saga stood; undefined when it was not found. */
  readonly seen: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
}

const INSERT = `
INSERT INTO operator_actions
  (id, operator, caller, token_id, action, subject_kind, subject_id, reason, seen, outcome, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

const END = `
UPDATE operator_actions SET outcome = $2, detail = detail || $3 WHERE id = $1`;

/** Records the actions of operators, refused ones included: see the table. */
export class OperatorActions {
  constructor(private readonly database: Database) {}

  /** Written before the action. An action without an outcome may have been done. */
  intend(record: ActionRecord): Promise<string> {
    return this.insert(record, null);
  }

  refused(record: ActionRecord): Promise<string> {
    return this.insert(record, 'refused');
  }

  async ended(id: string, outcome: ActionOutcome, detail: object = {}): Promise<void> {
    const values = [id, outcome, jsonOf(detail)];
    await this.database.query({ name: 'operator_action_end', text: END, values });
  }

  private async insert(record: ActionRecord, outcome: 'refused' | null): Promise<string> {
    const { action, subjectKind, subjectId, act, seen, detail } = record;
    const { operator, caller, tokenId, reason } = act;
    const id = newUuid();
    const who = [operator, caller ?? null, tokenId ?? null];
    const about = [action, subjectKind, storableText(subjectId), reason, seen ?? null];
    const values = [id, ...who, ...about, outcome, jsonOf(detail)];
    await this.database.query({ name: 'operator_action', text: INSERT, values });
    return id;
  }
}

function jsonOf(value: object): string {
  const told = (_key: string, each: unknown) =>
    typeof each === 'string' ? storableText(each) : each;
  return JSON.stringify(value, told);
}
