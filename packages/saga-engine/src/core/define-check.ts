import { waitProblems } from './define-check-waits.js';
import type { CommandStep, SagaSpec, StepDefaults } from './spec.js';

/** A saga's steps that send a command; its waits are checked on their own. */
type Sending = Pick<SagaSpec, 'deadlineMs'> & { readonly steps: readonly CommandStep[] };

const NAME = /^[A-Z][A-Z0-9_]{0,59}$/;
const ENDS = new Set(['COMPLETED', 'COMPENSATED']);

/** Everything that is wrong with a definition, each as a sentence; empty when it may run. */
export function definitionProblems(spec: SagaSpec, defaults: StepDefaults): string[] {
  const problems: string[] = [];
  if (spec.name.length === 0) problems.push('it needs a name');
  if (!isCount(spec.version)) problems.push('its version must be a whole number from 1 up');
  if (!isCount(spec.deadlineMs)) problems.push('its deadline must be whole milliseconds');
  if (spec.steps.length === 0) problems.push('it needs at least one step');
  const { deadlineMs } = spec;
  const sending = { deadlineMs, steps: spec.steps.filter((step) => step.kind === 'command') };
  problems.push(...nameProblems(spec), ...commandProblems(sending));
  problems.push(...pivotProblems(sending), ...undoProblems(sending));
  for (const step of sending.steps) problems.push(...deadlineProblems(step, sending, defaults));
  problems.push(...waitProblems(spec));
  return problems;
}

function nameProblems(spec: SagaSpec): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const names = spec.steps.flatMap((step) =>
    step.kind === 'command' && step.undo ? [step.name, step.undo.name] : [step.name],
  );
  for (const name of names) {
    if (!NAME.test(name)) problems.push(`"${name}" must be upper case letters, digits and _`);
    if (ENDS.has(name)) problems.push(`"${name}" is how a finished saga is called`);
    if (seen.has(name)) problems.push(`the name "${name}" is used twice`);
    seen.add(name);
  }
  return problems;
}

function commandProblems(spec: Sending): string[] {
  const problems: string[] = [];
  for (const step of spec.steps) {
    for (const target of [step.do, step.undo]) {
      if (target && (target.queue.length === 0 || target.pattern.length === 0)) {
        problems.push(`${step.name}: every command needs a queue and a pattern`);
      }
    }
  }
  return problems;
}

/**
 * Behind the pivot nothing is undone and nothing may be rejected: the saga could not end otherwise.
 */
function pivotProblems(spec: Sending): string[] {
  const problems: string[] = [];
  const pivotIndex = spec.steps.findIndex((step) => step.pivot);
  if (pivotIndex === -1) return problems;
  spec.steps.forEach((step, index) => {
    if (index > pivotIndex && step.pivot) problems.push(`${step.name}: there is one pivot at most`);
    if (index >= pivotIndex && step.undo) {
      problems.push(`${step.name}: an undo at or behind the pivot would never run`);
    }
    if (index > pivotIndex && step.rejections.length > 0) {
      problems.push(`${step.name}: a step behind the pivot cannot be rejected`);
    }
  });
  return problems;
}

/** Whatever happens before the pivot may have to be taken back: every step says how, or why not. */
function undoProblems(spec: Sending): string[] {
  const pivotIndex = spec.steps.findIndex((step) => step.pivot);
  return spec.steps.flatMap((step, index) => {
    const { name, undo, undoneBy, noUndo } = step;
    const ways = [undo, undoneBy, noUndo].filter((way) => way !== undefined).length;
    if (pivotIndex !== -1 && index >= pivotIndex) {
      if (undoneBy === undefined && noUndo === undefined) return [];
      return [`${name}: undoneBy and noUndo mean nothing at or behind the pivot`];
    }
    if (ways !== 1) return [`${name}: it needs one of undo, undoneBy and noUndo, not ${ways}`];
    if (noUndo !== undefined && !isReason(noUndo)) {
      return [`${name}: noUndo must say why nothing has to be taken back`];
    }
    return undoneBy === undefined ? [] : undoneByProblems(spec, name, undoneBy, index);
  });
}

/** Undos run back from where the saga turned: those of later steps come too early, or never. */
function undoneByProblems(spec: Sending, name: string, by: string, index: number): string[] {
  const at = spec.steps.findIndex((step) => step.name === by);
  if (at === -1) return [`${name}: there is no step "${by}" whose undo takes its effect back`];
  if (!spec.steps[at]!.undo) return [`${name}: the step "${by}" has no undo that takes it back`];
  if (at >= index)
    return [`${name}: the step "${by}", whose undo takes it back, must come before it`];
  return [];
}

function isReason(text: unknown): boolean {
  return typeof text === 'string' && text.trim() !== '';
}

function deadlineProblems(step: CommandStep, spec: Sending, defaults: StepDefaults): string[] {
  const problems: string[] = [];
  const replyTimeoutMs = step.replyTimeoutMs ?? defaults.replyTimeoutMs;
  const deadlineMs = step.deadlineMs ?? defaults.deadlineMs;
  const attemptsMax = step.attemptsMax ?? defaults.attemptsMax;
  if (!isCount(attemptsMax)) problems.push(`${step.name}: attemptsMax must be 1 or more`);
  if (!isCount(replyTimeoutMs) || !isCount(deadlineMs)) {
    problems.push(`${step.name}: timeouts and deadlines must be whole milliseconds`);
  }
  if (!Object.values(step.pausesMs ?? {}).every((pauses) => pauses.every(isCount))) {
    problems.push(`${step.name}: pauses must be whole milliseconds`);
  }
  if (replyTimeoutMs >= deadlineMs) {
    problems.push(
      `${step.name}: its reply timeout (${replyTimeoutMs} ms) must be shorter than its deadline ` +
        `(${deadlineMs} ms)`,
    );
  }
  if (deadlineMs >= spec.deadlineMs) {
    problems.push(
      `${step.name}: its deadline (${deadlineMs} ms) must be shorter than the saga's ` +
        `(${spec.deadlineMs} ms)`,
    );
  }
  return problems;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
