import { parseWords, wholeNumber } from '@backstitch/tools';
import { Command, InvalidArgumentError } from 'commander';
import { KILLER_KINDS, type KillerKind, type Mutant } from './mutant.js';

export interface MutantsOptions {
  readonly mutants: readonly Mutant[];
  readonly kinds: ReadonlySet<KillerKind>;
  readonly stopWhenKilled: boolean;
  readonly workers: number;
  readonly report?: string;
  readonly json?: string;
}

/** One of so many parts of equal size, counted from 1. */
interface Part {
  readonly nth: number;
  readonly of: number;
}

const PURE: readonly KillerKind[] = ['simulation', 'sweep', 'pure'];

interface Given {
  quick: boolean;
  untilKilled: boolean;
  part?: Part;
  drill: boolean;
  by?: KillerKind[];
  workers: number;
  report?: string;
  json?: string;
}

/** Reads the command's words. Throws a CommanderError after having said what is wrong. */
export function mutantsOptions(words: readonly string[], all: readonly Mutant[]): MutantsOptions {
  const command = new Command('pnpm mutants')
    .description('Takes one protection out at a time and runs the tests that must fail then.')
    .argument('[names...]', 'mutants, by name or the beginning of it [all]')
    .option('--quick', 'only tests without servers, with --until-killed; takes minutes', false)
    .option('--until-killed', 'stop the tests of a mutant when one has killed it', false)
    .option('--part <k/n>', 'of n parts of these mutants only the k-th', part)
    .option('--drill', 'also run drills, a minute or more each', false)
    .option('--by <kinds>', `only these kinds of tests: ${KILLER_KINDS.join(', ')}`, kindsOf)
    .option('--workers <n>', 'mutants tried at once [1]', wholeNumber(9), 1)
    .option('--report <file>', 'write the table there, as Markdown')
    .option('--json <file>', 'write everything there, as JSON');
  const given = parseWords(command, words).opts<Given>();
  const { quick, untilKilled, part: only, drill, by, ...rest } = given;
  const kinds = new Set<KillerKind>(by ?? PURE);
  if (!by && !quick) kinds.add('integration');
  if (!by && drill && !quick) kinds.add('drill');
  const named = command.args.map((name) => {
    const found = all.filter((one) => one.name.startsWith(name));
    if (found.length > 0) return found;
    return command.error(`There is no mutant "${name}". There are: ${namesOf(all)}.`);
  });
  const chosen = named.length > 0 ? [...new Set(named.flat())] : all;
  const triable = chosen.filter(({ killers }) => killers.some(({ kind }) => kinds.has(kind)));
  const mutants = only ? triable.filter((_, at) => at % only.of === only.nth - 1) : triable;
  return { ...rest, kinds, mutants, stopWhenKilled: quick || untilKilled };
}

function part(text: string): Part {
  const [nth = 0, of = 0] = /^\d{1,3}\/\d{1,3}$/.test(text) ? text.split('/').map(Number) : [];
  if (nth >= 1 && nth <= of) return { nth, of };
  throw new InvalidArgumentError('It must be k/n, such as 2/6, with k from 1 to n.');
}

function namesOf(mutants: readonly Mutant[]): string {
  return mutants.map(({ name }) => name).join(', ');
}

function kindsOf(text: string): KillerKind[] {
  return text.split(',').map((name) => {
    const kind = KILLER_KINDS.find((one) => one === name);
    if (kind) return kind;
    throw new InvalidArgumentError(`There is no "${name}"; there are ${KILLER_KINDS.join(', ')}.`);
  });
}
