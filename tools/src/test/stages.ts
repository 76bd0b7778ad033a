import { Command } from 'commander';
import { parseWords } from '../commands/arguments.js';

/**
 * One part of `npm test` or `npm run proof`. A check has one result. So has a proof; it takes
 * minutes and shows what it does. A set of jest tests counts its tests.
 */
export type Stage =
  | Proof
  | { kind: 'check'; name: string; title: string; command: readonly [string, ...string[]] }
  | {
      kind: 'jest';
      name: string;
      title: string;
      flags: readonly string[];
      needsServers: boolean;
      needsBrowser?: true;
    };

type JestStage = Extract<Stage, { kind: 'jest' }>;

interface Proof {
  kind: 'proof';
  name: string;
  title: string;
  command: readonly [string, ...string[]];
  needsServers: boolean;
  /** It runs beside the stage after it, and takes only what that one leaves of the processors. */
  isBeside?: boolean;
}

/** `npm test` tries one part of the quick mutants. */
export const MUTANT_PARTS = 6;

function check(name: string, title: string, ...command: [string, ...string[]]): Stage {
  return { kind: 'check', name, title, command };
}

function jest(name: string, title: string, flag: string, needsServers = true): JestStage {
  return { kind: 'jest', name, title, flags: [flag], needsServers };
}

const QUIET = '--output-logs=errors-only';
const CRUISED = ['--config', '.dependency-cruiser.mjs'];
const FOLDERS = ['apps', 'packages', 'e2e', 'bench', 'drill', 'tools', 'examples'];
/** What needs no running program. */
const CHECKS: readonly Stage[] = [
  check('format', 'Format (biome)', 'biome', 'format', '.'),
  check('lint', 'Lint (oxlint): promises, cycles, pure files', 'oxlint', '--type-aware'),
  check('types', 'Types, tests included (tsc)', 'turbo', 'run', 'check-types', QUIET),
  check('imports', 'Allowed imports (dependency-cruiser)', 'depcruise', ...CRUISED, ...FOLDERS),
  check('dead-code', 'Dead code and unused dependencies (knip)', 'knip'),
];

const TESTS: readonly Stage[] = [
  // They share nothing, so every core may work; jest itself would keep one free.
  jest('pure', 'Pure tests', '--maxWorkers=100%', false),
  // Each has its own database and virtual host, and waits more than it computes.
  jest('integration', 'Tests on PostgreSQL and RabbitMQ', '--maxWorkers=3'),
  // Each has a system of its own, on ports of its own, which waits half of the time.
  { ...jest('e2e', 'The whole system, as processes', '--maxWorkers=2'), needsBrowser: true },
  jest('load', 'The whole system under load', '--runInBand'),
];

/** Three RabbitMQ nodes and a PostgreSQL with a standby, which these tests start themselves. */
const CLUSTER = jest('cluster', 'Clusters, and the whole system on them', '--runInBand');

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

function mutants(title: string, needsServers: boolean, ...words: string[]): Proof {
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

/** The fastest first, so that failures are reported early. */
function testStages(commit: string): readonly Stage[] {
  const part = `${partOf(commit)}/${MUTANT_PARTS}`;
  return [
    ...CHECKS,
    ...TESTS,
    simulation(10_000),
    // They only compute, and the drill mostly waits.
    { ...mutants(`Mutants, part ${part}`, false, '--quick', '--part', part), isBeside: true },
    drill(1, 'one minute'),
  ];
}

/** The proofs at full length. */
const PROOF_STAGES: readonly Stage[] = [
  simulation(100_000),
  mutants('Mutants, all', true, '--until-killed'),
  drill(5, 'five minutes'),
  CLUSTER,
];

/**
 * The stages that the words of `npm test` name, all when they name none. `--whole` chooses among those
 * of `npm run proof`. Throws a CommanderError after having said what is wrong, or for --help.
 */
export function chosenStages(words: readonly string[], commit: string): readonly Stage[] {
  const stages = words.includes('--whole') ? PROOF_STAGES : testStages(commit);
  const known = stages.map(({ name }) => name).join(', ');
  const command = new Command(words.includes('--whole') ? 'npm run proof --' : 'npm test --')
    .description('Runs its stages, on its own servers, and counts failures.')
    .argument('[stages...]', `only these of ${known}`)
    .option('--whole', 'all proofs at full length, as npm run proof; takes longer');
  const names = parseWords(command, words).args;
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown === undefined) {
    return names.length === 0 ? stages : stages.filter(({ name }) => names.includes(name));
  }
  return command.error(`error: "${unknown}" is not a stage of this run; there are: ${known}.`);
}
