import { Command, InvalidArgumentError, Option } from 'commander';
import { SYSTEMS, type SystemName } from './systems/system.js';

export interface BenchOptions {
  rounds: number;
  /** Of each measurement; each is preceded by a warm-up. */
  seconds: number;
  warmSeconds: number;
  /** Checkouts kept in flight, one load after the other. */
  concurrency: number[];
  only?: SystemName;
  products: number;
  lines: number;
  json?: string;
  /** Settings of the PostgreSQL that the benchmark starts. */
  postgres: Record<string, string>;
  /** Seconds of a CPU profile of every app, taken instead of the rounds. */
  profile?: number;
}

const USUAL = { rounds: 3, seconds: 15, warmSeconds: 3 };
/** Three rounds of both systems under both loads, everything around them included, in two minutes. */
const QUICK = { rounds: 3, seconds: 5, warmSeconds: 1 };

/** Reads the command's words. Throws a CommanderError after having said what is wrong, or for --help. */
export function benchOptions(words: readonly string[]): BenchOptions {
  const command = new Command('pnpm bench')
    .description(
      'Measures a checkout: this project and the textbook, in turn, on the same servers.',
    )
    .option('--quick', 'about two minutes instead of five; wider spreads')
    .option('--rounds <n>', `rounds [${USUAL.rounds}]`, wholeNumber)
    .option('--seconds <n>', `seconds of each measurement [${USUAL.seconds}]`, wholeNumber)
    .option('--warm <n>', `seconds of load before each [${USUAL.warmSeconds}]`, wholeNumber)
    .option('--concurrency <list>', 'checkouts kept in flight, e.g. 1,16,64,256', numbers, [1, 64])
    .addOption(new Option('--only <system>', 'measure one, without ratios').choices(SYSTEMS))
    .option('--products <n>', 'size of the catalogue; 1 is one hot product', wholeNumber, 1_000)
    .option('--lines <n>', 'different products in an order', wholeNumber, 2)
    .option('--postgres <settings>', 'e.g. commit_delay=1000,commit_siblings=0', settings, {})
    .option('--json <file>', 'write everything that was measured to a file')
    .option('--profile [seconds]', 'no rounds: what each process spends its CPU on', wholeNumber)
    .addHelpText('after', HELP)
    .exitOverride()
    .allowExcessArguments(false);
  const given = command
    .parse(
      words.filter((word) => word !== '--'),
      { from: 'user' },
    )
    .opts();
  if (given.lines > given.products) {
    command.error(`error: ${given.lines} different products are more than ${given.products}`);
  }
  const usual = given.quick ? QUICK : USUAL;
  return {
    rounds: given.rounds ?? usual.rounds,
    seconds: given.seconds ?? usual.seconds,
    warmSeconds: given.warm ?? usual.warmSeconds,
    concurrency: given.concurrency,
    only: given.only,
    products: given.products,
    lines: given.lines,
    json: given.json,
    postgres: given.postgres,
    profile: given.profile === true ? PROFILE_SECONDS : given.profile,
  };
}

const PROFILE_SECONDS = 10;
const HELP = `
Starts a PostgreSQL and a RabbitMQ of its own, or uses those that DATABASE_SERVER_URL and RABBITMQ_URL
(with RABBITMQ_MANAGEMENT_URL) name. Other variables reach the apps: LOG_LEVEL, QUEUE_TYPE, NODE_OPTIONS.
Everything that was started is ended and everything that was made is removed, also after Ctrl-C.`;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d{1,7}$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
}

function numbers(text: string): number[] {
  return [...new Set(text.split(',').map((one) => wholeNumber(one.trim())))];
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
