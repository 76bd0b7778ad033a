import { undoOf, type SagaDefinition } from '../../core/define.js';
import { currentStepOf, isEnded, type SagaInstance, type SagaLog } from '../../core/instance.js';

/** What must hold for the row and the log of every saga that ended, whatever its definition. */
export function sagaProblems(
  definition: SagaDefinition,
  saga: SagaInstance,
  log: readonly SagaLog[],
): string[] {
  if (!isEnded(saga)) return [`${saga.sagaId} does not end: it awaits ${currentStepOf(saga)}`];
  const problems = pairProblems(log);
  for (const { step, data } of log) {
    const unread = [data, data?.lastError].find((told) => told?.code === 'UNREADABLE_RESPONSE');
    if (unread) problems.push(`the answer to ${step} cannot be kept: ${unread.message}`);
  }
  const ends = new Map(log.filter((row) => row.status !== 'STARTED').map((row) => [row.step, row]));
  const skipped = new Set(saga.waits?.skipped);
  problems.push(...orderProblems(definition, log, skipped));
  const isUndone = saga.phase === 'undone';
  for (const step of definition.steps) {
    const { name, noUndo, pastPivot } = step;
    const end = ends.get(name);
    if (skipped.has(name)) {
      if (end) problems.push(`${name} was skipped, and begun`);
      continue;
    }
    const undo = undoOf(definition, step);
    const undone = undo && ends.get(undo.name);
    const mayHold = end?.status === 'COMPLETED' || end?.data?.outcome === 'unknown';
    if (!isUndone && end?.status !== 'COMPLETED') problems.push(`DONE, but ${name} is not`);
    const isOpenEnd = isUndone && mayHold && !undo && !pastPivot && noUndo === undefined;
    if (isOpenEnd) problems.push(`nothing takes back what ${name} did`);
    if (!isUndone && undone) problems.push(`DONE, but ${name} was undone`);
    if (isUndone && mayHold && undo && !undone) problems.push(`the undo of ${name} was skipped`);
    if (step.undo && undone && !mayHold) problems.push(`${name} was undone, but never happened`);
    if (isUndone && pastPivot && end && end.data?.outcome !== 'rejected') {
      problems.push(`COMPENSATED past its pivot ${name}, which was not rejected`);
    }
  }
  return problems;
}

/** One STARTED and then one end row per command, and no command before the last one ended. */
function pairProblems(log: readonly SagaLog[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  let open: string | undefined;
  for (const { step, status } of log) {
    if (status === 'STARTED') {
      if (open !== undefined) problems.push(`${step} was started before ${open} ended`);
      if (seen.has(step)) problems.push(`${step} was started twice`);
      seen.add(step);
      open = step;
    } else {
      if (open !== step) problems.push(`${step} ended, but ${open ?? 'nothing'} was under way`);
      open = undefined;
    }
  }
  if (open !== undefined) problems.push(`${open} has no end row`);
  return problems;
}

/** Steps one after another, then undos back from where it turned. */
function orderProblems(
  definition: SagaDefinition,
  log: readonly SagaLog[],
  skipped: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  let next = 0;
  let last = Infinity;
  for (const { step, status } of log) {
    if (status !== 'STARTED') continue;
    const wait = definition.waits.get(step);
    const command = definition.commands.get(step);
    const until = wait?.next ?? command?.index ?? 0;
    while (next < until && skipped.has(definition.steps[next]!.name)) next++;
    if (wait) {
      if (wait.next !== next || last !== Infinity) problems.push(`${step} is out of order`);
    } else if (!command) problems.push(`${step} is no command of this saga`);
    else if (command.direction === 'undo') {
      if (command.index >= last) problems.push(`${step} is not in reverse order`);
      last = command.index;
    } else if (command.index !== next++ || last !== Infinity) {
      problems.push(`${step} is out of order`);
    }
  }
  return problems;
}
