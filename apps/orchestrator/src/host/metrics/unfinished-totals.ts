/**
 * Where an unfinished saga stands. Each is counted once, by the first of these that is true of it,
 * from the last to the first: an orphaned saga that is parked counts as orphaned.
 */
export const UNFINISHED_STATES = [
  'running',
  'undoing',
  /** Retried slowly; an operator must act. */
  'parked',
  /** Its owner is silent, or its wait is over: no process drives it until one takes it. */
  'orphaned',
  /** The same, and this orchestrator has no definition of that name and version. */
  'unknown_version',
] as const;

type UnfinishedState = (typeof UNFINISHED_STATES)[number];

/** The unfinished sagas of one definition, by the name that their rows record. */
export interface DefinitionTotals {
  readonly sagas: Readonly<Partial<Record<UnfinishedState, number>>>;
  /** 0 when there is none. */
  readonly oldestAgeSeconds: number;
}

/** By the name of a definition. */
export type UnfinishedTotals = ReadonlyMap<string, DefinitionTotals>;

/** States without a saga have no row. */
export interface TotalsRow {
  readonly definition: string;
  readonly state: UnfinishedState;
  readonly sagas: number;
  readonly oldest_seconds: number;
}

const NONE = Object.fromEntries(UNFINISHED_STATES.map((state) => [state, 0]));

/** A registered definition has all states, zero included; another one those of its rows. Pure. */
export function totalsOf(
  rows: readonly TotalsRow[],
  registered: readonly string[],
): UnfinishedTotals {
  const totals = new Map<string, DefinitionTotals>(
    registered.map((name) => [name, { sagas: NONE, oldestAgeSeconds: 0 }]),
  );
  for (const { definition, state, sagas, oldest_seconds: oldestSeconds } of rows) {
    const before = totals.get(definition) ?? { sagas: {}, oldestAgeSeconds: 0 };
    totals.set(definition, {
      sagas: { ...before.sagas, [state]: sagas },
      oldestAgeSeconds: Math.max(before.oldestAgeSeconds, oldestSeconds),
    });
  }
  return totals;
}
