/** What can be measured, in the order in which `pnpm bench` does it; the words are --help's. */
export const SCENARIOS = {
  throughput: 'checkouts a second and CPU for each, every system, at each load of --concurrency',
  idle: 'latency of one checkout at a time, every system (part of throughput, too)',
  'half-load': 'latency at half the rate that 64 in flight reach, buyers coming as they please',
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

/** Everything that belongs to an ordinary run. */
export const USUAL_SCENARIOS = SCENARIO_NAMES.filter((name) => name !== 'idle');
/** The comparison, in about two minutes. */
export const QUICK_SCENARIOS: ScenarioName[] = ['throughput', 'half-load'];
