import { afterOf, foreignCursor } from '@backstitch/service-kit';
import { cursorOf, isUuid } from '@backstitch/shared-types';

/** Parked ones come first, then those that are driven, then those that wait. */
export const UNFINISHED_RANKS = ['parked', 'unfinished', 'waiting'] as const;

/** Where a saga stands in the list of unfinished ones: by its rank, and then the oldest first. */
export interface UnfinishedPlace {
  readonly sagaId: string;
  readonly rank: (typeof UNFINISHED_RANKS)[number];
  /** In UTC, with microseconds. */
  readonly createdAt: string;
}

const LIST = 'sagas';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

export function cursorBehind({ rank, createdAt, sagaId }: UnfinishedPlace): string {
  return cursorOf(LIST, [rank, createdAt, sagaId]);
}

/** The place that the query's `after` names; undefined for the first page. Throws 400. */
export function sagasBehind(text: unknown): UnfinishedPlace | undefined {
  const position = afterOf(LIST, 3, text);
  if (!position) return undefined;
  const [named, createdAt, sagaId] = position as [string, string, string];
  const rank = UNFINISHED_RANKS.find((one) => one === named);
  const isTime = TIME.test(createdAt) && !Number.isNaN(Date.parse(createdAt));
  if (!isTime || !isUuid(sagaId) || !rank) throw foreignCursor();
  return { rank, createdAt, sagaId };
}
