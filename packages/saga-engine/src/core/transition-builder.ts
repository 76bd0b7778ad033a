import type { Effect, Transition } from './decision.js';
import type { PlannedCommand, SagaDefinition } from './define.js';
import { enterWait, waitBefore } from './entering-wait.js';
import type {
  BackwardSaga,
  LastError,
  OpenSaga,
  SagaFacts,
  SagaFailure,
  SagaInstance,
  SagaLog,
  SagaLogData,
} from './instance.js';
import { storedCopy } from './json.js';

export interface SagaStart {
  readonly sagaId: string;
  readonly subjectId: string;
  readonly input: unknown;
  readonly requestId?: string | undefined;
  readonly owner: string;
  /** Database time. */
  readonly nowMs: number;
}

/**
 * The first state of a saga: its first command is registered before it is sent. Throws
 * UnstorableValue for an input that no row can hold.
 */
export function prepare(
  definition: SagaDefinition,
  start: SagaStart,
): Transition & { instance: OpenSaga } {
  const facts: SagaFacts = {
    sagaId: start.sagaId,
    subjectId: start.subjectId,
    definition: definition.name,
    definitionVersion: definition.version,
    input: storedCopy(start.input),
    kept: {},
    requestId: start.requestId,
    version: 1,
    epoch: 1,
    owner: start.owner,
    createdAtMs: start.nowMs,
    sagaDeadlineAtMs: start.nowMs + definition.deadlineMs,
  };
  const first = definition.steps[0]!.do;
  const instance = awaiting(facts, definition, first, start.nowMs, undefined, 1, facts.kept);
  return { instance, logs: [started(first)], effects: sendEffects(instance, first) };
}

/**
 * The state that awaits the first attempt of a command. Written out field by field: it is made at
 * every transition, and all open sagas keep one shape.
 */
function awaiting(
  from: SagaFacts,
  definition: SagaDefinition,
  command: PlannedCommand,
  nowMs: number,
  failure: SagaFailure | undefined,
  version: number,
  kept: SagaFacts['kept'],
): OpenSaga {
  const step = definition.steps[command.index]!;
  const bounded = command.direction === 'do' && !step.pastPivot;
  const stepDeadlineAtMs = bounded
    ? Math.min(nowMs + step.deadlineMs, from.sagaDeadlineAtMs)
    : undefined;
  const replyAtMs = nowMs + command.replyTimeoutMs;
  return {
    phase: failure ? 'backward' : 'forward',
    sagaId: from.sagaId,
    subjectId: from.subjectId,
    definition: from.definition,
    definitionVersion: from.definitionVersion,
    input: from.input,
    kept,
    requestId: from.requestId,
    version,
    epoch: from.epoch,
    owner: from.owner,
    createdAtMs: from.createdAtMs,
    sagaDeadlineAtMs: from.sagaDeadlineAtMs,
    waits: from.waits,
    awaited: command.name,
    attempt: 1,
    waitingFor: 'reply',
    wakeAtMs: stepDeadlineAtMs === undefined ? replyAtMs : Math.min(replyAtMs, stepDeadlineAtMs),
    stepDeadlineAtMs,
    lastError: undefined,
    needsAttention: false,
    failure,
  } as OpenSaga;
}

function ended(from: SagaFacts, failure: SagaFailure | undefined): SagaInstance {
  return {
    phase: failure ? 'undone' : 'done',
    sagaId: from.sagaId,
    subjectId: from.subjectId,
    definition: from.definition,
    definitionVersion: from.definitionVersion,
    input: from.input,
    kept: from.kept,
    requestId: from.requestId,
    version: from.version + 1,
    epoch: from.epoch,
    owner: from.owner,
    createdAtMs: from.createdAtMs,
    sagaDeadlineAtMs: from.sagaDeadlineAtMs,
    waits: from.waits,
    ...(failure && { failure }),
  } as SagaInstance;
}

/** The step is done: on to the next one, or to the end. */
export function advance(
  definition: SagaDefinition,
  saga: OpenSaga,
  command: PlannedCommand,
  response: { readonly kept: SagaFacts['kept'] },
  nowMs: number,
): Transition {
  const done = completed(command, saga);
  if (definition.waits.size > 0) {
    const wait = waitBefore(definition, command.index + 1);
    if (wait) return enterWait({ ...saga, kept: response.kept }, wait, [done], nowMs);
  }
  const next = definition.steps[command.index + 1];
  if (!next) return finish(saga, undefined, [done]);
  if (!next.pastPivot && nowMs >= saga.sagaDeadlineAtMs) {
    const failure: SagaFailure = {
      step: command.step,
      kind: 'unknown',
      code: 'SAGA_DEADLINE',
      message: 'the saga ran out of time before its next step',
    };
    return undoFrom(definition, saga, command.index, failure, response.kept, [done], nowMs);
  }
  return awaitNext(definition, saga, next.do, undefined, response.kept, [done], nowMs);
}

/** Undoes the last step at or before `index` that has an undo; ends the saga when there is none. */
export function undoFrom(
  definition: SagaDefinition,
  saga: SagaFacts,
  index: number,
  failure: SagaFailure,
  kept: SagaFacts['kept'],
  logs: SagaLog[],
  nowMs: number,
): Transition {
  for (let i = index; i >= 0; i--) {
    const { name, undo } = definition.steps[i]!;
    if (undo && !saga.waits?.skipped.includes(name))
      return awaitNext(definition, saga, undo, failure, kept, logs, nowMs);
  }
  return finish(saga, failure, logs);
}

/** The undo is done: on to the one before it. */
export function undone(
  definition: SagaDefinition,
  saga: BackwardSaga,
  command: PlannedCommand,
  nowMs: number,
): Transition {
  const logs = [completed(command, saga)];
  return undoFrom(definition, saga, command.index - 1, saga.failure, saga.kept, logs, nowMs);
}

export function awaitNext(
  definition: SagaDefinition,
  saga: SagaFacts,
  command: PlannedCommand,
  failure: SagaFailure | undefined,
  kept: SagaFacts['kept'],
  logs: SagaLog[],
  nowMs: number,
): Transition {
  const version = saga.version + 1;
  const instance = awaiting(saga, definition, command, nowMs, failure, version, kept);
  logs.push(started(command));
  return { instance, logs, effects: sendEffects(instance, command) };
}

export function finish(
  saga: SagaFacts,
  failure: SagaFailure | undefined,
  logs: SagaLog[],
): Transition {
  const instance = ended(saga, failure);
  return { instance, logs, effects: [{ kind: 'finished', end: failure ? 'undone' : 'done' }] };
}

export function sendEffects(instance: OpenSaga, command: PlannedCommand): Effect[] {
  return [
    { kind: 'send', command, attempt: instance.attempt },
    { kind: 'wake', atMs: instance.wakeAtMs },
  ];
}

function started(command: PlannedCommand): SagaLog {
  return { step: command.name, status: 'STARTED', data: undefined };
}

const AT_ONCE: SagaLogData = { attempts: 1 };

function completed(command: PlannedCommand, saga: OpenSaga): SagaLog {
  const data = saga.attempt === 1 && !saga.lastError ? AT_ONCE : attemptsOf(saga, saga.lastError);
  return { step: command.name, status: 'COMPLETED', data };
}

export function attemptsOf(saga: OpenSaga, lastError: LastError | undefined): SagaLogData {
  return { attempts: saga.attempt, ...(lastError && { lastError }) };
}
