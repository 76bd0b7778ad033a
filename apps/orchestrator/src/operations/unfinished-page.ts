import { afterOf, foreignCursor } from '@backstitch/service-kit';
import { cursorOf, isUuid } from '@backstitch/shared-types';

/** Where a saga stands in the list of unfinished ones: parked ones first, then the oldest. */
export interface UnfinishedPlace {
  readonly sagaId: string;
  readonly isParked: boolean;
  /** In UTC, with microseconds. */
  readonly createdAt: string;
}

const LIST = 'sagas';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

export function cursorBehind({ isParked, createdAt, sagaId }: UnfinishedPlace): string {
  return cursorOf(LIST, [isParked ? 'parked' : 'unfinished', createdAt, sagaId]);
}

/** The place that the query's `after` names; undefined for the first page. Throws 400. */
export function sagasBehind(text: unknown): UnfinishedPlace | undefined {
  const position = afterOf(LIST, 3, text);
  if (!position) return undefined;
  const [state, createdAt, sagaId] = position as [string, string, string];
  const isTime = TIME.test(createdAt) && !Number.isNaN(Date.parse(createdAt));
  if (!isTime || !isUuid(sagaId) || !['parked', 'unfinished'].includes(state))
    throw foreignCursor();
  return { isParked: state === 'parked', createdAt, sagaId };
}
