/**
 * One part of `npm test`. A check is one verdict; a proof is one too, and shows what it does, for it
 * takes minutes; a set of jest tests counts its tests.
 */
export type Stage =
  | {
      kind: 'proof';
      name: string;
      title: string;
      command: readonly [string, ...string[]];
      needsServers: boolean;
    }
  | { kind: 'check'; name: string; title: string; command: readonly [string, ...string[]] }
  | { kind: 'jest'; name: string; title: string; flags: readonly string[]; needsServers: boolean };

/** Cheapest first: what is wrong is said as early as it can be. */
export const STAGES: readonly Stage[] = [
  {
    kind: 'check',
    name: 'format',
    title: 'Format (biome)',
    command: ['biome', 'format', '.'],
  },
  {
    kind: 'check',
    name: 'lint',
    title: 'Lint (oxlint): promises, cycles, pure files',
    command: ['oxlint', '--type-aware'],
  },
  {
    kind: 'check',
    name: 'types',
    title: 'Types, tests included (tsc)',
    command: ['turbo', 'run', 'check-types', '--output-logs=errors-only'],
  },
  {
    kind: 'check',
    name: 'arrows',
    title: 'Allowed imports (dependency-cruiser)',
    command: ['depcruise', '--config', '.dependency-cruiser.mjs', 'apps', 'packages'].concat(
      'e2e',
      'bench',
      'drill',
      'tools',
    ) as [string, ...string[]],
  },
  {
    kind: 'check',
    name: 'dead-code',
    title: 'Dead code and unused dependencies (knip)',
    command: ['knip'],
  },
  {
    kind: 'jest',
    name: 'pure',
    title: 'Pure tests',
    // They share nothing, so every core may work; jest itself would keep one free.
    flags: ['--maxWorkers=100%'],
    needsServers: false,
  },
  {
    kind: 'jest',
    name: 'integration',
    title: 'Tests on PostgreSQL and RabbitMQ',
    flags: [],
    needsServers: true,
  },
  {
    kind: 'jest',
    name: 'e2e',
    title: 'The whole system, as processes',
    flags: ['--runInBand'],
    needsServers: true,
  },
  {
    kind: 'proof',
    name: 'simulation',
    title: 'Simulated checkouts, 100,000 runs',
    command: [
      'packages/saga-engine/dist/testing/simulation/main.js',
      'apps/orchestrator/dist/testing/shop/simulation.js',
    ],
    needsServers: false,
  },
  {
    kind: 'proof',
    name: 'mutants',
    title: 'Protections taken out, one at a time',
    command: ['drill/dist/mutants/main.js', '--quick'],
    needsServers: false,
  },
  {
    kind: 'proof',
    name: 'drill',
    title: 'The drill, five minutes',
    command: ['drill/dist/main.js', '--minutes', '5'],
    // It starts its own; but where RabbitMQ is missing, this installs it.
    needsServers: true,
  },
];

/** The stages whose names were given, all when none was; or which name is unknown. */
export function chosenStages(words: readonly string[]): readonly Stage[] | { wrong: string } {
  const names = words.filter((word) => word !== '--');
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    const known = STAGES.map(({ name }) => name).join(', ');
    return { wrong: `"${unknown}" is no part of the tests; there are: ${known}.` };
  }
  return names.length === 0 ? STAGES : STAGES.filter(({ name }) => names.includes(name));
}
