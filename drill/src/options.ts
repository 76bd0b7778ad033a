import { randomInt } from 'node:crypto';
import { fileToWrite, parseWords, wholeNumber } from '@backstitch/tools';
import { Command, InvalidArgumentError } from 'commander';
import type { Fault } from './faults/fault.js';

export interface DrillOptions {
  seed: number;
  minutes: number;
  /** Every fault once, however many minutes that takes. */
  once: boolean;
  faults: readonly Fault[];
  /** Shoppers who come each second. */
  rate: number;
  /** Of every app but the gateway and identity-service. */
  instances: number;
  /** Several RabbitMQ nodes, and a PostgreSQL with a standby; has faults of its own. */
  cluster: boolean;
  /** Files for the report; nothing is written without. */
  report?: string;
  json?: string;
  /** Leave data and logs behind. */
  keep: boolean;
}

const USUAL = { minutes: 2, rate: 40, instances: 2 };
const SEED_MAX = 2 ** 31 - 1;

/**
 * Reads the command's words. Throws a CommanderError after having said what is wrong, or for --help.
 * Some faults are known only where there is a cluster.
 */
export function drillOptions(
  words: readonly string[],
  everywhere: readonly Fault[],
  inClusters: readonly Fault[] = [],
): DrillOptions {
  const known = words.includes('--cluster') ? [...everywhere, ...inClusters] : everywhere;
  const chosen = (text: string): Fault[] => faultsNamed(text, known);
  const command = new Command('pnpm drill')
    .description(
      'Injects faults into the running system while shoppers buy, and proves that nothing was lost.',
    )
    .option('--seed <n>', 'chooses processes, order and carts [random]', wholeNumber(SEED_MAX))
    .option('--minutes <n>', `of load and faults [${USUAL.minutes}]`, minutes, USUAL.minutes)
    .option('--once', 'each fault once, instead of --minutes', false)
    .option('--faults <names>', 'e.g. kill-two,rolling-restart [all]', chosen)
    .option(
      '--rate <n>',
      `shoppers who come each second [${USUAL.rate}]`,
      wholeNumber(10_000),
      USUAL.rate,
    )
    .option(
      '--instances <n>',
      `of each app but the gateway and identity-service [${USUAL.instances}]`,
      wholeNumber(9),
      USUAL.instances,
    )
    .option('--cluster', 'three RabbitMQ nodes, and a PostgreSQL with a standby', false)
    .option('--report <file>', 'write the report there, as Markdown', fileToWrite)
    .option('--json <file>', 'write everything that is in the report there, as JSON', fileToWrite)
    .option('--keep', 'keep the data of the servers and the logs', false)
    .addHelpText('after', `\n${HELP}\n\nFaults:\n${known.map(line).join('\n')}`);
  type Given = Omit<DrillOptions, 'seed' | 'faults'> & Partial<DrillOptions>;
  const given = parseWords(command, words).opts<Given>();
  return { ...given, seed: given.seed ?? 1 + randomInt(SEED_MAX), faults: given.faults ?? known };
}

const HELP = `Starts a PostgreSQL and a RabbitMQ of its own and ends them, also after Ctrl-C.
Exit code 0: nothing was lost. 1: something was; the report says what. 2: the drill could not run.`;

function line({ name, title }: Fault): string {
  return `  ${name}\n      ${title}`;
}

function faultsNamed(text: string, known: readonly Fault[]): Fault[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  return names.map((name) => {
    const fault = known.find((one) => one.name === name);
    if (fault) return fault;
    const all = known.map((one) => one.name).join(', ');
    throw new InvalidArgumentError(`There is no fault "${name}". There are: ${all}.`);
  });
}

function minutes(text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number > 0 && number <= 600) return number;
  throw new InvalidArgumentError('It must be a number of minutes, up to 600.');
}
