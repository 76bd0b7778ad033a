/**
 * One part of `npm test` or `npm run proof`. A check is one verdict. A proof is one too; it takes
 * minutes and shows what it does. A set of jest tests counts its tests.
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

/** `npm test` tries one part of the quick mutants. */
export const MUTANT_PARTS = 6;

/** What needs no running program. */
const CHECKS: readonly Stage[] = [
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
      'examples',
      'tools',
    ) as [string, ...string[]],
  },
  {
    kind: 'check',
    name: 'dead-code',
    title: 'Dead code and unused dependencies (knip)',
    command: ['knip'],
  },
];

const TESTS: readonly Stage[] = [
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
    // Each has its own database and virtual host, and waits more than it computes.
    flags: ['--maxWorkers=2'],
    needsServers: true,
  },
  {
    kind: 'jest',
    name: 'e2e',
    title: 'The whole system, as processes',
    flags: ['--runInBand'],
    needsServers: true,
  },
];

/** Three RabbitMQ nodes and a PostgreSQL with a standby, which these tests start themselves. */
const CLUSTER: Stage = {
  kind: 'jest',
  name: 'cluster',
  title: 'Clusters, and the whole system on them',
  flags: ['--runInBand'],
  needsServers: true,
};

/** A fresh seed each time; it is printed. */
function simulation(runs: number): Stage {
  return {
    kind: 'proof',
    name: 'simulation',
    title: `Simulated checkouts, ${runs.toLocaleString('en')} runs`,
    command: [
      'packages/saga-engine/dist/testing/simulation/main.js',
      'apps/orchestrator/dist/testing/shop/simulation.js',
      '--runs',
      `${runs}`,
    ],
    needsServers: false,
  };
}

function mutants(title: string, needsServers: boolean, ...words: string[]): Stage {
  const command = ['drill/dist/mutants/main.js', ...words] as [string, ...string[]];
  return { kind: 'proof', name: 'mutants', title, command, needsServers };
}

function drill(minutes: number, length: string): Stage {
  return {
    kind: 'proof',
    name: 'drill',
    title: `The drill, ${length}`,
    command: ['drill/dist/main.js', '--minutes', `${minutes}`],
    // It starts its own; but where RabbitMQ is missing, this installs it.
    needsServers: true,
  };
}

/** The part of the mutants that a commit draws, from 1: the same commit draws the same part. */
export function partOf(commit: string): number {
  return ((Number.parseInt(commit.slice(0, 8), 16) || 0) % MUTANT_PARTS) + 1;
}

/** Cheapest first: what is wrong is said as early as it can be. */
function testStages(commit: string): readonly Stage[] {
  const part = `${partOf(commit)}/${MUTANT_PARTS}`;
  return [
    ...CHECKS,
    ...TESTS,
    simulation(10_000),
    mutants(`Mutants, part ${part}`, false, '--quick', '--part', part),
    drill(1, 'one minute'),
  ];
}

/** What proves more than one change needs, whole. */
const PROOF_STAGES: readonly Stage[] = [
  simulation(100_000),
  mutants('Mutants, all', true, '--until-killed'),
  drill(5, 'five minutes'),
  CLUSTER,
];

/**
 * The stages whose names were given, all when none was; or which name is unknown. `--whole` chooses
 * among those of `npm run proof`.
 */
export function chosenStages(
  words: readonly string[],
  commit: string,
): readonly Stage[] | { wrong: string } {
  const stages = words.includes('--whole') ? PROOF_STAGES : testStages(commit);
  const names = words.filter((word) => word !== '--' && word !== '--whole');
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    const known = stages.map(({ name }) => name).join(', ');
    return { wrong: `"${unknown}" is no part of this run; there are: ${known}.` };
  }
  return names.length === 0 ? stages : stages.filter(({ name }) => names.includes(name));
}
