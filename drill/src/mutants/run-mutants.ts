import { join } from 'node:path';
import { runKiller, type KillerResult } from './killers.js';
import { StaleMutant } from './edited.js';
import { type Killer, type KillerKind, type Mutant, workspacesOf } from './mutant.js';
import { ProjectCopy } from './project-copy.js';

export interface MutantsPlan {
  readonly project: string;
  /** An empty folder for the copies. */
  readonly folder: string;
  readonly mutants: readonly Mutant[];
  readonly kinds: ReadonlySet<KillerKind>;
  /** No further killers are tried of a mutant that one has killed. */
  readonly stopWhenKilled: boolean;
  /** How many mutants are tried at once, each in a copy of its own. */
  readonly workers: number;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

export interface Tried {
  readonly killer: Killer;
  readonly result: KillerResult;
  readonly seconds: number;
}

export interface MutantOutcome {
  readonly mutant: Mutant;
  /** Why nothing could be tried: the patch does not fit its source any more. */
  readonly stale?: string;
  readonly tried: readonly Tried[];
}

/** A protection without which something failed. */
export function isKilled({ tried }: MutantOutcome): boolean {
  return tried.some(({ result }) => result.kind === 'killed');
}

/**
 * What every killer says of the untouched project (all must pass, or their failure proves nothing),
 * and then of every mutant, each of whose protections is taken out alone.
 */
export async function runMutants(
  plan: MutantsPlan,
): Promise<{ untouched: readonly Tried[]; outcomes: readonly MutantOutcome[] }> {
  const { project, folder, say } = plan;
  say('copying the project');
  const base = await ProjectCopy.make(project, join(folder, 'untouched'));
  const untouched: Tried[] = [];
  for (const killer of killersOf(plan)) untouched.push(await tryOut(plan, base, killer));
  if (untouched.some(({ result }) => result.kind !== 'passed')) return { untouched, outcomes: [] };

  const waiting = [...plan.mutants];
  const outcomes: MutantOutcome[] = [];
  const worker = async (nth: number): Promise<void> => {
    const copy = await ProjectCopy.make(base.folder, join(folder, `copy-${nth}`));
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      outcomes.push(await runMutant(plan, copy, next));
      await copy.restore(workspacesOf(next));
    }
  };
  await Promise.all(Array.from({ length: plan.workers }, (_, nth) => worker(nth + 1)));
  outcomes.sort((a, b) => (a.mutant.name < b.mutant.name ? -1 : 1));
  return { untouched, outcomes };
}

async function runMutant(
  plan: MutantsPlan,
  copy: ProjectCopy,
  mutant: Mutant,
): Promise<MutantOutcome> {
  const { say, kinds, stopWhenKilled } = plan;
  const tried: Tried[] = [];
  try {
    await copy.apply(mutant);
  } catch (error) {
    if (!(error instanceof StaleMutant)) throw error;
    say(`${mutant.name}: STALE, ${error.message}`);
    return { mutant, stale: error.message, tried };
  }
  for (const killer of mutant.killers) {
    if (!kinds.has(killer.kind)) continue;
    tried.push(await tryOut(plan, copy, killer, mutant));
    if (stopWhenKilled && isKilled({ mutant, tried })) break;
  }
  return { mutant, tried };
}

async function tryOut(
  { env, say }: MutantsPlan,
  { folder }: ProjectCopy,
  killer: Killer,
  mutant?: Mutant,
): Promise<Tried> {
  const startedAtMs = performance.now();
  const result = await runKiller(killer, { folder, env });
  const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
  const told = { killed: 'fails', passed: 'passes', 'no verdict': 'has no result' };
  const why = result.kind === 'killed' ? `: ${result.by[0]}` : '';
  const who = `${killer.kind} ${killer.what}`;
  say(`${mutant?.name ?? 'untouched'}: ${who} ${told[result.kind]}${why} (${seconds} s)`);
  return { killer, result, seconds };
}

/** Every killer that is going to be run, once. */
function killersOf({ mutants, kinds }: MutantsPlan): Killer[] {
  const all = mutants.flatMap(({ killers }) => killers);
  const chosen = all.filter(({ kind }) => kinds.has(kind));
  return [...new Map(chosen.map((one) => [`${one.kind} ${one.what}`, one])).values()];
}
