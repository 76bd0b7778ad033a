import { parseWords, wholeNumber } from '@backstitch/tools';
import { Command, InvalidArgumentError } from 'commander';
import { USUAL_USERS } from './load/access-tokens.js';
import {
  QUICK_SCENARIOS,
  SCENARIO_NAMES,
  SCENARIOS,
  type ScenarioName,
  USUAL_SCENARIOS,
} from './scenarios/catalogue.js';
import { SYSTEMS, type SystemName } from './systems/system.js';

export interface BenchOptions {
  /** In the order in which they are run. */
  scenarios: ScenarioName[];
  /** The first of them is compared with each other one. */
  only: SystemName[];
  rounds: number;
  /** Of each measurement; each is preceded by a warm-up. */
  seconds: number;
  warmSeconds: number;
  /** Checkouts kept in flight, one load after the other. */
  concurrency: number[];
  products: number;
  lines: number;
  /** Sagas that a scenario makes; each has a usual number of its own. */
  sagas?: number;
  minutes: number;
  instances: number[];
  json?: string;
  svg?: string;
  /** The checkouts of Backstitch carry the access tokens of so many users. */
  tokens?: number;
  /** Settings of the PostgreSQL that the benchmark starts. */
  postgres: Record<string, string>;
  /** Seconds of a CPU profile of every app, taken instead of the scenarios. */
  profile?: number;
}

const USUAL = {
  scenarios: USUAL_SCENARIOS,
  rounds: 3,
  seconds: 15,
  warm: 3,
  concurrency: [1, 16, 64, 256],
};
/** Three rounds of all systems under two loads, everything around them included, in about two minutes. */
const QUICK = {
  scenarios: QUICK_SCENARIOS,
  rounds: 3,
  seconds: 3,
  warm: 1,
  concurrency: [1, 64],
};

/** Reads the command's words. Throws a CommanderError after having said what is wrong, or for --help. */
export function benchOptions(words: readonly string[]): BenchOptions {
  const command = commandLine();
  const { quick, scenario, warm, tokens, ...given } = parseWords(command, words).opts();
  if (given.lines > given.products) {
    command.error(`error: ${given.lines} different products are more than ${given.products}`);
  }
  const usual = quick ? QUICK : USUAL;
  return {
    ...(given as BenchOptions),
    scenarios: scenario ?? usual.scenarios,
    rounds: given.rounds ?? usual.rounds,
    seconds: given.seconds ?? usual.seconds,
    warmSeconds: warm ?? usual.warm,
    concurrency: given.concurrency ?? usual.concurrency,
    ...(tokens !== undefined && { tokens: tokens === true ? USUAL_USERS : tokens }),
    profile: given.profile === true ? PROFILE_SECONDS : given.profile,
  };
}

function commandLine(): Command {
  return new Command('pnpm bench')
    .description(
      'Measures a checkout: this project and its peers (the textbook, DBOS Transact, Restate), in turn, ' +
        'on the same servers.',
    )
    .option('--quick', 'the comparison in about two minutes; wider spreads')
    .option('--scenario <names>', 'measure only these (see below)', oneOf(SCENARIO_NAMES))
    .option('--only <systems>', `of ${SYSTEMS.join(',')}`, oneOf(SYSTEMS), [...SYSTEMS])
    .option('--concurrency <list>', 'checkouts kept in flight [1,16,64,256; quick: 1,64]', numbers)
    .option('--rounds <n>', `rounds [${USUAL.rounds}]`, whole)
    .option('--seconds <n>', seconds('of each measurement', 'seconds'), whole)
    .option('--warm <n>', seconds('of load before each', 'warm'), whole)
    .option('--products <n>', 'size of the catalogue', whole, 1_000)
    .option('--lines <n>', 'different products in an order', whole, 2)
    .option('--sagas <n>', 'sagas that takeover, waiting, retention and five-million make', whole)
    .option('--minutes <n>', 'how long memory is watched', whole, 10)
    .option('--instances <list>', 'of orchestrator and services in scale', numbers, [1, 2, 4])
    .option(
      '--tokens [users]',
      `checkouts of Backstitch carry access tokens of so many users [${USUAL_USERS}]; not in hot-sku`,
      whole,
    )
    .option('--postgres <settings>', 'e.g. commit_delay=1000,commit_siblings=0', settings, {})
    .option('--json <file>', 'write everything that was measured to a file of this name, too')
    .option('--svg <file>', 'write the chart of throughput to a file of this name, too')
    .option('--profile [seconds]', 'no scenarios: what each process spends its CPU on', whole)
    .addHelpText('after', HELP);
}

const PROFILE_SECONDS = 10;
const HELP = `
Scenarios (--scenario takes several, joined by commas):
${SCENARIO_NAMES.map((name) => `  ${name.padEnd(13)} ${SCENARIOS[name]}`).join('\n')}

Without --scenario these are measured: ${USUAL_SCENARIOS.join(', ')};
with --quick ${QUICK_SCENARIOS.join(' and ')}. How long it takes is said at the start.

Starts a PostgreSQL and a RabbitMQ of its own, or uses those that DATABASE_SERVER_URL and RABBITMQ_URL
(with RABBITMQ_MANAGEMENT_URL) name. Other variables reach the apps: LOG_LEVEL, QUEUE_TYPE, NODE_OPTIONS.
Everything that was started is ended and everything that was made is removed, also after Ctrl-C; what was
measured stays in .backstitch/bench/results.`;

function seconds(what: string, which: 'seconds' | 'warm'): string {
  return `seconds ${what} [${USUAL[which]}; quick: ${QUICK[which]}]`;
}

const whole = wholeNumber();

function numbers(text: string): number[] {
  return [...new Set(text.split(',').map((one) => whole(one.trim())))];
}

function oneOf<Name extends string>(names: readonly Name[]) {
  return (text: string): Name[] => {
    const asked = text.split(',').map((one) => one.trim());
    const strange = asked.find((one) => !names.some((name) => name === one));
    if (strange === undefined) return names.filter((name) => asked.includes(name));
    throw new InvalidArgumentError(`"${strange}" is none of ${names.join(', ')}.`);
  };
}

/** "commit_delay=1000,fsync=off" → { commit_delay: '1000', fsync: 'off' } */
function settings(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((one): [string, string] => {
      const [, name, value] = /^\s*([\w.]+)=(\S+)\s*$/.exec(one) ?? [];
      if (name && value) return [name, value];
      throw new InvalidArgumentError(`"${one}" is not name=value.`);
    }),
  );
}
