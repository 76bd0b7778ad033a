/** What can be measured, in the order in which `pnpm bench` does it; the words are --help's. */
export const SCENARIOS = {
  throughput: 'checkouts a second and CPU for each, every system, at each load of --concurrency',
  idle: 'latency of one checkout at a time, every system (part of throughput, too)',
  'half-load': 'latency at half the rate that 64 in flight reach, buyers coming as they please',
  'hot-sku': 'one product that all buyers want against 1,000; then fewer units than buyers',
  lines: '1, 5 and 20 lines in an order',
  takeover: 'an orchestrator dies and leaves 10,000 sagas (--sagas) to another',
  tokens: 'a checkout with an access token against one without (--tokens users)',
  scale: 'the same load on several orchestrators and services (--instances)',
  memory: 'resident memory of each app under load, for ten minutes (--minutes)',
  waiting: 'load while 100,000 sagas (--sagas) wait, and while none does',
  retention:
    'load while 200,000 finished sagas (--sagas) are removed for their age, and while none is',
  'five-million': 'an empty database against one with 5 million finished sagas (--sagas)',
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

/** Everything that belongs to an ordinary run; what fills databases first is a command of its own. */
export const USUAL_SCENARIOS = SCENARIO_NAMES.filter(
  (name) => !['idle', 'waiting', 'retention', 'five-million'].includes(name),
);
/** The comparison, in about two minutes. */
export const QUICK_SCENARIOS: ScenarioName[] = ['throughput', 'half-load'];
