import type { Story } from './reading.js';

/** The checkout's steps in order, each with the undo that its log shows. */
const STEPS: readonly (readonly [step: string, undo: string | undefined])[] = [
  ['ORDER_CREATED', 'CANCEL_ORDER'],
  ['INVENTORY_RESERVED', 'RELEASE_INVENTORY'],
  ['PAYMENT_PROCESSED', 'REFUND_PAYMENT'],
  ['INVENTORY_COMMITTED', undefined],
  ['ORDER_CONFIRMED', undefined],
];
export const PIVOT = 'ORDER_CONFIRMED';
const FORWARD = STEPS.map(([step]) => step);

type End = 'COMPLETED' | 'FAILED' | 'UNKNOWN';

/** What is wrong with the story that a finished saga's log tells; undefined when nothing is. */
export function storyProblem({ status, rows }: Pick<Story, 'status' | 'rows'>): string | undefined {
  const told = spans(rows === '' ? [] : rows.split(' '));
  if (typeof told === 'string') return told;
  const steps = told.filter(([name]) => FORWARD.includes(name));
  const undos = told.slice(steps.length);
  if (undos.some(([name]) => FORWARD.includes(name))) return 'a step was begun after an undo';
  const names = steps.map(([name]) => name);
  if (!isPrefix(names, FORWARD)) return `the steps ran in the order ${names.join(', ')}`;
  const standing = steps.filter(([, end]) => end !== 'FAILED').map(([name]) => name);
  if (status === 'DONE') return doneProblem(standing, undos.length, steps);
  return undoProblem(standing, undos);
}

function doneProblem(
  standing: readonly string[],
  undoCount: number,
  steps: readonly (readonly [string, End])[],
): string | undefined {
  const allCompleted = steps.every(([, end]) => end === 'COMPLETED');
  if (standing.length < FORWARD.length || !allCompleted) return 'DONE without all steps COMPLETED';
  return undoCount > 0 ? 'DONE, and yet something was undone' : undefined;
}

function undoProblem(
  standing: readonly string[],
  undos: readonly (readonly [string, End])[],
): string | undefined {
  if (standing.includes(PIVOT)) return 'COMPENSATED although the pivot was not refused';
  const due = standing.toReversed().flatMap((name) => STEPS[FORWARD.indexOf(name)]?.[1] ?? []);
  const done = undos.filter(([, end]) => end === 'COMPLETED').map(([name]) => name);
  if (done.join() === due.join() && done.length === undos.length) return undefined;
  return `undone: ${done.join(', ') || 'nothing'}; due was: ${due.join(', ') || 'nothing'}`;
}

/** A saga awaits one command at a time: each STARTED row is followed by its own end row. */
function spans(rows: readonly string[]): (readonly [string, End])[] | string {
  const told: (readonly [string, End])[] = [];
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

function isPrefix(names: readonly string[], all: readonly string[]): boolean {
  return names.every((name, index) => name === all[index]);
}
