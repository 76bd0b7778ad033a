import type { RecordedStep } from '@backstitch/saga-engine';
import type { LogHistory } from '../reading/rows.js';

type End = 'COMPLETED' | 'FAILED' | 'UNKNOWN';
/** A step or an undo, and how it ended. */
type Span = readonly [name: string, end: End];

/**
 * What is wrong with the log of a finished saga; undefined when nothing is. Of a definition that is not
 * on record, `steps` is undefined: then only beginnings and ends are compared.
 */
export function logProblem(
  { status, rows }: Pick<LogHistory, 'status' | 'rows'>,
  steps: readonly RecordedStep[] | undefined,
): string | undefined {
  const told = spans(rows === '' ? [] : rows.split(' '));
  if (typeof told === 'string') return told;
  if (!steps) return undefined;
  const planned = steps.map(({ name }) => name);
  const forward = told.filter(([name]) => planned.includes(name));
  const undos = told.slice(forward.length);
  if (undos.some(([name]) => planned.includes(name))) return 'a step was begun after an undo';
  const names = forward.map(([name]) => name);
  const passed = passedSteps(names, steps);
  if (!passed) return `the steps ran in the order ${names.join(', ')}`;
  if (status === 'DONE') {
    const isWhole = passed.at(-1) === steps.at(-1);
    return doneProblem(isWhole, forward, undos);
  }
  const inEffect = passed.filter((_, at) => forward[at]![1] !== 'FAILED');
  return undoProblem(inEffect, undos);
}

function doneProblem(
  isWhole: boolean,
  forward: readonly Span[],
  undos: readonly Span[],
): string | undefined {
  const allCompleted = forward.every(([, end]) => end === 'COMPLETED');
  if (!isWhole || !allCompleted) return 'DONE without all steps COMPLETED';
  return undos.length > 0 ? 'DONE, and yet something was undone' : undefined;
}

/** `inEffect`: the steps that completed, or whose outcome is unknown. */
function undoProblem(
  inEffect: readonly RecordedStep[],
  undos: readonly Span[],
): string | undefined {
  if (inEffect.some(({ pastPivot }) => pastPivot)) {
    return 'COMPENSATED although the pivot was not refused';
  }
  const due = inEffect.toReversed().flatMap(({ undo }) => undo ?? []);
  const done = undos.filter(([, end]) => end === 'COMPLETED').map(([name]) => name);
  if (done.join() === due.join() && done.length === undos.length) return undefined;
  return `undone: ${done.join(', ') || 'nothing'}; due was: ${due.join(', ') || 'nothing'}`;
}

/** A saga awaits one command at a time: each STARTED row is followed by its own end row. */
function spans(rows: readonly string[]): Span[] | string {
  const told: Span[] = [];
  for (let index = 0; index < rows.length; index += 2) {
    const [name = '', begin] = rows[index]?.split(':') ?? [];
    const [endName, status, outcome] = rows[index + 1]?.split(':') ?? [];
    if (begin !== 'STARTED') return `${name} ended without having been STARTED`;
    if (endName !== name || status === 'STARTED') return `${name} was STARTED and has no end row`;
    told.push([
      name,
      outcome === 'unknown' ? 'UNKNOWN' : status === 'COMPLETED' ? status : 'FAILED',
    ]);
  }
  return told;
}

/** Each step in its turn, but for those that a wait led past; undefined when one is out of turn. */
function passedSteps(
  names: readonly string[],
  steps: readonly RecordedStep[],
): readonly RecordedStep[] | undefined {
  const passed: RecordedStep[] = [];
  for (const name of names) {
    const last = passed.at(-1);
    const next = steps[last ? steps.indexOf(last) + 1 : 0];
    const leap = last?.leadsTo?.includes(name) && steps.find((step) => step.name === name);
    const step = next?.name === name ? next : leap;
    if (!step) return undefined;
    passed.push(step);
  }
  return passed;
}
