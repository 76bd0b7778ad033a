export interface PauseTerms {
  /** Between two runs. */
  intervalMs: number;
  /** The share by which a pause differs from the interval at most, at random: 0.1 is ±10 %. */
  jitter: number;
  /**
   * The pause doubles with each failure in a row, up to this. It is never shorter than the
   * interval.
   */
  backoffMsMax: number;
}

/** How long to wait before the next run; `random` is 0 to 1. Pure. */
export function nextPauseMs(terms: PauseTerms, failuresInARow: number, random: number): number {
  const { intervalMs, jitter, backoffMsMax } = terms;
  const doubledMs = Math.min(backoffMsMax, intervalMs * 2 ** failuresInARow);
  return Math.max(intervalMs, doubledMs) * (1 + jitter * (2 * random - 1));
}
