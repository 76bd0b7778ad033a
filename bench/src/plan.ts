/** One load on one subject. */
export interface Turn {
  round: number;
  inFlight: number;
  system: string;
}

/**
 * The order of a run: within a round and a load the subjects come right after each other, and which is first
 * changes from round to round, so that a machine that gets slower while it works favours no subject.
 */
export function turns(
  rounds: number,
  loads: readonly number[],
  systems: readonly string[],
): Turn[] {
  return Array.from({ length: rounds }, (_, index) => {
    const order = index % 2 === 0 ? systems : systems.toReversed();
    return loads.flatMap((inFlight) =>
      order.map((system) => ({ round: index + 1, inFlight, system })),
    );
  }).flat();
}

/** "about 40 s", "about 12 min" */
export function duration(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
