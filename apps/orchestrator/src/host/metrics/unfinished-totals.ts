/**
 * Where an unfinished saga stands. Each is counted once, by the first of these that is true of it,
 * from the last to the first: an orphaned saga that is parked counts as orphaned.
 */
export const UNFINISHED_STATES = [
  'running',
  'undoing',
  /** Retried slowly; an operator must act. */
  'parked',
  /** Its owner is silent: no process drives it until another one takes it over. */
  'orphaned',
  /** The same, and this orchestrator has no definition of that name and version. */
  'unknown_version',
] as const;

type UnfinishedState = (typeof UNFINISHED_STATES)[number];

export interface UnfinishedTotals {
  readonly sagas: Readonly<Record<UnfinishedState, number>>;
  /** 0 when there is none. */
  readonly oldestAgeSeconds: number;
}

/** States without a saga have no row. */
export interface TotalsRow {
  readonly state: UnfinishedState;
  readonly sagas: number;
  readonly oldest_seconds: number;
}

export function totalsOf(rows: readonly TotalsRow[]): UnfinishedTotals {
  const sagas = Object.fromEntries(UNFINISHED_STATES.map((state) => [state, 0]));
  for (const row of rows) sagas[row.state] = row.sagas;
  return {
    sagas: sagas as Record<UnfinishedState, number>,
    oldestAgeSeconds: Math.max(0, ...rows.map((row) => row.oldest_seconds)),
  };
}
