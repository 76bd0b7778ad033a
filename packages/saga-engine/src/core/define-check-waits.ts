import { signalSpec } from './define-wait.js';
import type { SagaSpec, WaitOutcome, WaitStep } from './spec.js';

const SIGNAL = /^[a-z][a-z0-9-]{0,59}$/;
const CODE = /^[A-Z][A-Z0-9_]{0,59}$/;
/** What the log calls the end of a wait without a signal. */
const TIMEOUT = 'timeout';
const A_YEAR_MS = 366 * 24 * 60 * 60_000;

/** Everything that is wrong with the waits of a definition and the signals that end its sagas. */
export function waitProblems(spec: SagaSpec): string[] {
  const problems: string[] = [];
  if (spec.steps[0]?.kind === 'wait') {
    problems.push(`${spec.steps[0].name}: a saga begins with a command, not with a wait`);
  }
  spec.steps.forEach((step, place) => {
    if (step.kind === 'wait') problems.push(...problemsOf(spec, step, place));
    else if (step.holdMs !== undefined && !isCount(step.holdMs)) {
      problems.push(`${step.name}: holdMs must be whole milliseconds`);
    }
  });
  problems.push(...earlyProblems(spec), ...endingProblems(spec));
  return problems;
}

function problemsOf(spec: SagaSpec, wait: WaitStep, place: number): string[] {
  const { name, signals, withinMs, onTimeout, needs = [] } = wait;
  const problems: string[] = [];
  const names = Object.keys(signals);
  for (const signal of names)
    problems.push(...nameProblems(signal).map((why) => `${name}: ${why}`));
  if (!isCount(withinMs) || withinMs > A_YEAR_MS) {
    problems.push(`${name}: withinMs must be whole milliseconds, up to a year`);
  }
  for (const signal of names) {
    problems.push(...outcomeProblems(spec, place, signal, signalSpec(signals[signal]!).to));
  }
  problems.push(...outcomeProblems(spec, place, TIMEOUT, onTimeout));
  for (const step of needs) problems.push(...holdProblems(spec, place, step));
  return problems;
}

function nameProblems(signal: string): string[] {
  if (!SIGNAL.test(signal)) {
    return [`the signal "${signal}" must be lower case letters, digits and -`];
  }
  return signal === TIMEOUT ? [`no signal may be called "${TIMEOUT}"`] : [];
}

/** Forwards only, and never over a pivot or over the undo of a step that is not skipped. */
function outcomeProblems(
  { steps }: SagaSpec,
  place: number,
  signal: string,
  outcome: WaitOutcome,
): string[] {
  const at = `${steps[place]!.name}: ${signal}`;
  const pivot = steps.findIndex((step) => step.kind === 'command' && step.pivot);
  if (outcome === 'next') return [];
  if ('undo' in outcome) {
    if (!CODE.test(outcome.undo)) return [`${at} needs a code in upper case letters, digits and _`];
    return pivot !== -1 && place > pivot ? [`${at} cannot undo anything behind the pivot`] : [];
  }
  const target = steps.findIndex((step) => step.name === outcome.goto);
  if (target === -1) return [`${at} leads to "${outcome.goto}", which is no step`];
  if (target <= place) return [`${at} must lead to a later step than its own`];
  if (pivot > place && pivot < target) return [`${at} must not lead over the pivot`];
  const skipped = new Set(steps.slice(place + 1, target).map((step) => step.name));
  const left = steps.slice(target).flatMap((step) => {
    const by = step.kind === 'command' ? step.undoneBy : undefined;
    return by !== undefined && skipped.has(by) ? [`${step.name} is undone by ${by}`] : [];
  });
  return left.map((why) => `${at} must not skip a step that undoes a later one: ${why}`);
}

/** What was set aside must last longer than all waits from then on together. */
function holdProblems({ steps }: SagaSpec, place: number, needed: string): string[] {
  const { name } = steps[place]!;
  const from = steps.findIndex((step) => step.name === needed);
  const step = steps[from];
  if (step?.kind !== 'command' || from > place || step.holdMs === undefined) {
    return [`${name}: it needs "${needed}", which is no earlier step with a holdMs`];
  }
  const waited = steps.slice(from, place + 1).flatMap((one) => (one.kind === 'wait' ? [one] : []));
  const waitedMs = waited.reduce((sum, { withinMs }) => sum + withinMs, 0);
  if (waitedMs < step.holdMs) return [];
  return [
    `${name}: ${needed} holds for ${step.holdMs} ms, and the waits behind it may take ` +
      `${waitedMs} ms`,
  ];
}

/** A signal of one name is either kept or refused: its sender knows only the name. */
function earlyProblems({ steps }: SagaSpec): string[] {
  const kept = new Map<string, boolean>();
  const problems = new Set<string>();
  for (const step of steps) {
    if (step.kind === 'command') continue;
    for (const [name, given] of Object.entries(step.signals)) {
      const isKept = signalSpec(given).early === 'keep';
      if ((kept.get(name) ?? isKept) !== isKept) {
        problems.add(`the signal "${name}" is kept for one wait and refused for another`);
      }
      kept.set(name, isKept);
    }
  }
  return [...problems];
}

function endingProblems({ steps, endedBy = {} }: SagaSpec): string[] {
  const problems: string[] = [];
  const pivot = steps.findIndex((step) => step.kind === 'command' && step.pivot);
  const placeOf = (name: string) => steps.findIndex((step) => step.name === name);
  for (const [name, { code, from, to }] of Object.entries(endedBy)) {
    const at = `endedBy ${name}`;
    problems.push(...nameProblems(name));
    if (!CODE.test(code)) problems.push(`${at} needs a code in upper case letters, digits and _`);
    for (const step of [from, to]) {
      if (step === undefined) continue;
      if (placeOf(step) === -1) problems.push(`${at}: "${step}" is no step`);
      else if (pivot !== -1 && placeOf(step) >= pivot) {
        problems.push(`${at}: ${step} is not before the pivot`);
      }
    }
    if (from !== undefined && to !== undefined && placeOf(from) > placeOf(to)) {
      problems.push(`${at}: ${from} is behind ${to}`);
    }
    const isAwaited = steps.some((step) => step.kind === 'wait' && name in step.signals);
    if (isAwaited) problems.push(`${at}: a wait has a signal of the same name`);
  }
  return problems;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
