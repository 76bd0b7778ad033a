import { limitOf } from '@backstitch/service-kit';
import { SAGA_CONDITIONS, SAGA_STATUSES, type SagaCondition } from '@backstitch/shared-types';
import { type Place, placeBefore } from '../before-place.js';
import { oneOf, onlyFields, type RawQuery, textOf, timeOf } from '../query-fields.js';

/** The list that its cursors belong to. */
export const SAGA_SEARCH = 'saga-search';

/** What sagas are looked for; undefined: whatever it is. */
export interface SagaFilter {
  /** The id of a saga, an order or a user, or an idempotency key. */
  readonly q: string | undefined;
  readonly status: (typeof SAGA_STATUSES)[number] | undefined;
  readonly is: SagaCondition | undefined;
  readonly code: string | undefined;
  readonly step: string | undefined;
  /** Begun then or later. */
  readonly since: string | undefined;
}

export interface SagaSearchPage extends SagaFilter {
  readonly before: Place | undefined;
  readonly limit: number;
}

/** The parameters that make a filter. */
export const SAGA_FIELDS = ['q', 'status', 'is', 'code', 'step', 'since'];

/** The page that a query asks for. Throws 400. Pure. */
export function sagaSearchPage(query: RawQuery): SagaSearchPage {
  onlyFields(query, [...SAGA_FIELDS, 'before', 'limit']);
  return {
    ...sagaFilter(query),
    before: placeBefore(SAGA_SEARCH, query['before']),
    limit: limitOf(query['limit']),
  };
}

/** Throws 400. Pure. */
export function sagaFilter(query: RawQuery): SagaFilter {
  return {
    q: textOf(query, 'q'),
    status: oneOf(query, 'status', SAGA_STATUSES),
    is: oneOf(query, 'is', SAGA_CONDITIONS),
    code: textOf(query, 'code'),
    step: textOf(query, 'step'),
    since: timeOf(query, 'since'),
  };
}
