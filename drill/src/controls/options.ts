import { Command, InvalidArgumentError } from 'commander';
import { CATCHER_KINDS, type CatcherKind, type Control } from './control.js';

export interface ControlsOptions {
  readonly controls: readonly Control[];
  readonly kinds: ReadonlySet<CatcherKind>;
  readonly stopWhenCaught: boolean;
  readonly lanes: number;
  readonly report?: string;
  readonly json?: string;
}

const PURE: readonly CatcherKind[] = ['simulation', 'sweep', 'pure'];

interface Given {
  quick: boolean;
  drill: boolean;
  by?: CatcherKind[];
  lanes: number;
  report?: string;
  json?: string;
}

/** Reads the command's words. Throws a CommanderError after having said what is wrong. */
export function controlsOptions(
  words: readonly string[],
  all: readonly Control[],
): ControlsOptions {
  const command = new Command('pnpm controls')
    .description('Takes one protection out at a time and asks who misses it.')
    .argument('[names...]', 'controls, by name or the beginning of it [all]')
    .option('--quick', 'what needs no server, up to the first who misses it; minutes', false)
    .option('--drill', 'drills too, a minute and more each', false)
    .option('--by <kinds>', `only these who may miss it: ${CATCHER_KINDS.join(', ')}`, kindsOf)
    .option('--lanes <n>', 'controls tried at once [1]', lanes, 1)
    .option('--report <file>', 'write the table there, as Markdown')
    .option('--json <file>', 'write everything there, as JSON')
    .exitOverride();
  command.parse(
    words.filter((word) => word !== '--'),
    { from: 'user' },
  );
  const { quick, drill, by, ...rest } = command.opts<Given>();
  const kinds = new Set<CatcherKind>(by ?? PURE);
  if (!by && !quick) kinds.add('integration');
  if (!by && drill && !quick) kinds.add('drill');
  const named = command.args.map((name) => {
    const found = all.filter((one) => one.name.startsWith(name));
    if (found.length > 0) return found;
    return command.error(`There is no control "${name}". There are: ${namesOf(all)}.`);
  });
  const chosen = named.length > 0 ? [...new Set(named.flat())] : all;
  const controls = chosen.filter(({ catchers }) => catchers.some(({ kind }) => kinds.has(kind)));
  return { ...rest, kinds, controls, stopWhenCaught: quick };
}

function namesOf(controls: readonly Control[]): string {
  return controls.map(({ name }) => name).join(', ');
}

function lanes(text: string): number {
  if (/^[1-9]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 9.');
}

function kindsOf(text: string): CatcherKind[] {
  return text.split(',').map((name) => {
    const kind = CATCHER_KINDS.find((one) => one === name);
    if (kind) return kind;
    throw new InvalidArgumentError(`There is no "${name}"; there are ${CATCHER_KINDS.join(', ')}.`);
  });
}
