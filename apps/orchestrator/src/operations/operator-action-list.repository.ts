import type { Database } from '@backstitch/service-kit';
import { type OperatorActionList, type OperatorActionView, pageOf } from '@backstitch/shared-types';
import { cursorBefore, placeTime } from './before-place.js';
import { type ActionListPage, ACTIONS } from './operator-action-list.js';

const LIST = `
SELECT id, ${placeTime('at')} AS at, operator, action,
  json_build_object('kind', subject_kind, 'id', subject_id) AS subject,
  reason, seen, outcome, detail
FROM operator_actions
WHERE ($1::timestamptz IS NULL OR (at, id) < ($1::timestamptz, $2::uuid))
  AND ($3::text IS NULL OR subject_id = $3::text)
  AND ($4::text IS NULL OR operator = $4::text)
  AND ($5::text IS NULL OR coalesce(outcome, 'none') = $5::text)
ORDER BY at DESC, id DESC LIMIT $6`;

/** Reads the record of what operators did: see operator_actions. */
export class OperatorActionListRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  async list(page: ActionListPage): Promise<OperatorActionList> {
    const { before, subject, operator, outcome, limit } = page;
    const filters = [subject, operator, outcome].map((value) => value ?? null);
    const values = [before?.at ?? null, before?.id ?? null, ...filters, limit + 1];
    const query = { name: 'operator_action_list', text: LIST, values };
    const rows = await this.database.query<OperatorActionView & Record<string, unknown>>(query);
    const { entries, next = null } = pageOf(rows, limit, (last) => cursorBefore(ACTIONS, last));
    return { actions: entries, next };
  }
}
