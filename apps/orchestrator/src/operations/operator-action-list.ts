import { limitOf } from '@backstitch/service-kit';
import { ACTION_OUTCOMES } from '@backstitch/shared-types';
import { type Place, placeBefore } from './before-place.js';
import { oneOf, onlyFields, type RawQuery, textOf } from './query-fields.js';

/** The list that its cursors belong to. */
export const ACTIONS = 'actions';

/** `none`: without an outcome. */
const OUTCOMES = [...ACTION_OUTCOMES, 'none'] as const;

export interface ActionListPage {
  /** The id of what was acted on. */
  readonly subject: string | undefined;
  readonly operator: string | undefined;
  readonly outcome: (typeof OUTCOMES)[number] | undefined;
  readonly before: Place | undefined;
  readonly limit: number;
}

/** The page that a query asks for. Throws 400. Pure. */
export function actionListPage(query: RawQuery): ActionListPage {
  onlyFields(query, ['subject', 'operator', 'outcome', 'before', 'limit']);
  return {
    subject: textOf(query, 'subject'),
    operator: textOf(query, 'operator'),
    outcome: oneOf(query, 'outcome', OUTCOMES),
    before: placeBefore(ACTIONS, query['before']),
    limit: limitOf(query['limit']),
  };
}
