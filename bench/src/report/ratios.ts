import { cpuMsTotal, type Measurement } from './measurement.js';
import { spread, type Spread } from './statistics.js';

/** How many times better one system did than the other: above 1 is better, for each figure. */
export interface Ratios {
  inFlight: number;
  pairs: number;
  throughput: Spread;
  /** Missing when the CPU of some server process could not be seen. */
  cpu?: Spread;
  latencyP50: Spread;
}

/**
 * Compares two systems pair by pair: the measurements of one round under one load were taken one right
 * after the other, so that what the machine itself did in between two rounds cancels out.
 */
export function ratios(
  measurements: readonly Measurement[],
  better: string,
  than: string,
): Ratios[] {
  const loads = [...new Set(measurements.map(({ inFlight }) => inFlight))];
  return loads.flatMap((inFlight) => {
    const pairs = pairsOf(
      measurements.filter((one) => one.inFlight === inFlight),
      better,
      than,
    );
    if (pairs.length === 0) return [];
    const cpu = pairs.flatMap(([one, other]) => {
      const [mine, theirs] = [cpuMsTotal(one.cpuMs), cpuMsTotal(other.cpuMs)];
      return mine === undefined || theirs === undefined ? [] : [theirs / mine];
    });
    return {
      inFlight,
      pairs: pairs.length,
      throughput: spread(pairs.map(([one, other]) => one.perSecond / other.perSecond)),
      latencyP50: spread(pairs.map(([one, other]) => other.latencyMs.p50 / one.latencyMs.p50)),
      ...(cpu.length === pairs.length && { cpu: spread(cpu) }),
    };
  });
}

/** A round that was broken off has no pair; a system that completed nothing cannot be compared. */
function pairsOf(measurements: readonly Measurement[], better: string, than: string) {
  const usable = measurements.filter(({ completed }) => completed > 0);
  return usable
    .filter(({ system }) => system === better)
    .flatMap((one): [Measurement, Measurement][] => {
      const other = usable.find(({ system, round }) => system === than && round === one.round);
      return other ? [[one, other]] : [];
    });
}
