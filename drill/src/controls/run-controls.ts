import { join } from 'node:path';
import { runCatcher, type CatcherResult } from './catchers.js';
import type { Catcher, CatcherKind, Control } from './control.js';
import { ProjectCopy, StalePatch } from './project-copy.js';

export interface ControlsPlan {
  readonly project: string;
  /** An empty folder for the copies. */
  readonly folder: string;
  readonly controls: readonly Control[];
  readonly kinds: ReadonlySet<CatcherKind>;
  /** No further catchers are tried of a control that one has caught. */
  readonly stopWhenCaught: boolean;
  /** How many controls are tried at once, each in a copy of its own. */
  readonly lanes: number;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

export interface Tried {
  readonly catcher: Catcher;
  readonly result: CatcherResult;
  readonly seconds: number;
}

export interface ControlOutcome {
  readonly control: Control;
  /** Why nothing could be tried: the patch does not fit its source any more. */
  readonly stale?: string;
  readonly tried: readonly Tried[];
}

/** A protection without which something failed. */
export function isCaught({ tried }: ControlOutcome): boolean {
  return tried.some(({ result }) => result.kind === 'caught');
}

/**
 * What every catcher says of the untouched project (all must pass, or their failure proves nothing),
 * and then of every control, each of whose protections is taken out alone.
 */
export async function runControls(
  plan: ControlsPlan,
): Promise<{ untouched: readonly Tried[]; outcomes: readonly ControlOutcome[] }> {
  const { project, folder, say } = plan;
  say('copying the project');
  const base = await ProjectCopy.make(project, join(folder, 'untouched'));
  const untouched: Tried[] = [];
  for (const catcher of catchersOf(plan)) untouched.push(await tryOut(plan, base, catcher));
  if (untouched.some(({ result }) => result.kind !== 'passed')) return { untouched, outcomes: [] };

  const waiting = [...plan.controls];
  const outcomes: ControlOutcome[] = [];
  const lane = async (nth: number): Promise<void> => {
    const copy = await ProjectCopy.make(base.folder, join(folder, `copy-${nth}`));
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      outcomes.push(await runControl(plan, copy, next));
      await copy.restore(next.rooms);
    }
  };
  await Promise.all(Array.from({ length: plan.lanes }, (_, nth) => lane(nth + 1)));
  outcomes.sort((a, b) => (a.control.name < b.control.name ? -1 : 1));
  return { untouched, outcomes };
}

async function runControl(
  plan: ControlsPlan,
  copy: ProjectCopy,
  control: Control,
): Promise<ControlOutcome> {
  const { say, kinds, stopWhenCaught } = plan;
  const tried: Tried[] = [];
  try {
    await copy.apply(control.file, control.rooms);
  } catch (error) {
    if (!(error instanceof StalePatch)) throw error;
    say(`${control.name}: STALE, ${error.message}`);
    return { control, stale: error.message, tried };
  }
  for (const catcher of control.catchers) {
    if (!kinds.has(catcher.kind)) continue;
    tried.push(await tryOut(plan, copy, catcher, control));
    if (stopWhenCaught && isCaught({ control, tried })) break;
  }
  return { control, tried };
}

async function tryOut(
  { env, say }: ControlsPlan,
  { folder }: ProjectCopy,
  catcher: Catcher,
  control?: Control,
): Promise<Tried> {
  const startedAtMs = performance.now();
  const result = await runCatcher(catcher, { folder, env });
  const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
  const told = { caught: 'fails', passed: 'passes', 'no verdict': 'comes to no verdict' };
  const why = result.kind === 'caught' ? `: ${result.by[0]}` : '';
  const who = `${catcher.kind} ${catcher.what}`;
  say(`${control?.name ?? 'untouched'}: ${who} ${told[result.kind]}${why} (${seconds} s)`);
  return { catcher, result, seconds };
}

/** Every catcher that is going to be run, once. */
function catchersOf({ controls, kinds }: ControlsPlan): Catcher[] {
  const all = controls.flatMap(({ catchers }) => catchers);
  const chosen = all.filter(({ kind }) => kinds.has(kind));
  return [...new Map(chosen.map((one) => [`${one.kind} ${one.what}`, one])).values()];
}
