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

const PURE: readonly KillerKind[] = ['simulation', 'sweep', 'pure'];

interface Given {
  quick: boolean;
  drill: boolean;
  by?: KillerKind[];
  workers: number;
  report?: string;
  json?: string;
}

/** Reads the command's words. Throws a CommanderError after having said what is wrong. */
export function mutantsOptions(words: readonly string[], all: readonly Mutant[]): MutantsOptions {
  const command = new Command('pnpm mutants')
    .description('Takes one protection out at a time and asks who misses it.')
    .argument('[names...]', 'mutants, by name or the beginning of it [all]')
    .option('--quick', 'what needs no server, up to the first who misses it; minutes', false)
    .option('--drill', 'drills too, a minute and more each', false)
    .option('--by <kinds>', `only these who may miss it: ${KILLER_KINDS.join(', ')}`, kindsOf)
    .option('--workers <n>', 'mutants tried at once [1]', workers, 1)
    .option('--report <file>', 'write the table there, as Markdown')
    .option('--json <file>', 'write everything there, as JSON')
    .exitOverride();
  command.parse(
    words.filter((word) => word !== '--'),
    { from: 'user' },
  );
  const { quick, drill, by, ...rest } = command.opts<Given>();
  const kinds = new Set<KillerKind>(by ?? PURE);
  if (!by && !quick) kinds.add('integration');
  if (!by && drill && !quick) kinds.add('drill');
  const named = command.args.map((name) => {
    const found = all.filter((one) => one.name.startsWith(name));
    if (found.length > 0) return found;
    return command.error(`There is no mutant "${name}". There are: ${namesOf(all)}.`);
  });
  const chosen = named.length > 0 ? [...new Set(named.flat())] : all;
  const mutants = chosen.filter(({ killers }) => killers.some(({ kind }) => kinds.has(kind)));
  return { ...rest, kinds, mutants, stopWhenKilled: quick };
}

function namesOf(mutants: readonly Mutant[]): string {
  return mutants.map(({ name }) => name).join(', ');
}

function workers(text: string): number {
  if (/^[1-9]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 9.');
}

function kindsOf(text: string): KillerKind[] {
  return text.split(',').map((name) => {
    const kind = KILLER_KINDS.find((one) => one === name);
    if (kind) return kind;
    throw new InvalidArgumentError(`There is no "${name}"; there are ${KILLER_KINDS.join(', ')}.`);
  });
}
