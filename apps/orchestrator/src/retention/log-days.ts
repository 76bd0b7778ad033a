/** A day of the log (UTC) that no partition is there for: its rows go to the default one. */
export interface MissingDay {
  /** As the database writes it: `2026-10-01`. */
  readonly day: string;
  /** Days from today; 0 is today. */
  readonly ahead: number;
}

/** Why a day could not be made; `isBusy` when the next one would fail for the same reason. */
export interface NotMade {
  readonly why: string;
  readonly isBusy: boolean;
}

/**
 * Days that have their partition, after today and without a gap: -1 when today has none. `missing` is
 * in order, and searched up to `wanted` days ahead.
 */
export function daysAhead(missing: readonly MissingDay[], wanted: number): number {
  const [first] = missing;
  return first ? first.ahead - 1 : wanted;
}
