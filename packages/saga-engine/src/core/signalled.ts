import { ignored, type Transition } from './decision.js';
import type { PlannedEnding, PlannedWait, SagaDefinition } from './define.js';
import type { SagaEvent, Signal } from './event.js';
import { isEnded, isOpen } from './instance.js';
import type { EarlySignal, OpenSaga, SagaFailure, SagaInstance, WaitingSaga } from './instance.js';
import { reasonOf, storedCopy } from './json.js';
import { follow, memoryOf, takenOf, undoWait } from './leaving-wait.js';
import {
  knownSignals,
  refusedSignal,
  standOf,
  type SignalAnswer,
  type SignalRefusal,
} from './signal.js';
import { attemptsOf, undoFrom } from './transition-builder.js';

type Signalled = Extract<SagaEvent, { kind: 'signalled' }>;
type Moving = OpenSaga | WaitingSaga;

const APPLIED: SignalAnswer = { kind: 'applied' };
/** A row holds the signals that are kept, so their number is bounded. */
const EARLY_MAX = 50;

/**
 * What a signal does, and what its sender is told: it is applied, kept for a later wait, or changes
 * nothing. Without an answer nothing is known of the saga's current step, so nobody may answer.
 */
export function signalled(
  definition: SagaDefinition,
  saga: SagaInstance,
  event: Signalled,
): Transition {
  const { signal } = event;
  const refuse = (reason: SignalRefusal, message: string): Transition =>
    told(saga, refusedSignal(definition, saga, reason, message));
  const known = knownSignals(definition);
  if (!known.includes(signal.name)) {
    return refuse('unknown-signal', `the saga ${definition.name} knows ${known.join(', ')}`);
  }
  if (isEnded(saga)) {
    if (isKept(definition, signal)) return told(saga, { kind: 'passed' });
    return refuse('ended', 'the saga has ended');
  }
  const ending = definition.endedBy.get(signal.name);
  if (ending) return endedBy(definition, saga, ending, event, refuse);
  const wait = saga.phase === 'waiting' ? definition.waits.get(saga.waitsAt) : undefined;
  if (saga.phase === 'waiting' && wait?.signals.has(signal.name)) {
    return applied(definition, saga, wait, event, refuse);
  }
  if (isKept(definition, signal)) return keptFor(definition, saga, signal, refuse);
  if (saga.phase === 'backward') return refuse('undoing', 'the saga is being undone');
  return refuse('not-awaited', 'the saga does not wait for it now');
}

type Refuse = (reason: SignalRefusal, message: string) => Transition;

function applied(
  definition: SagaDefinition,
  saga: WaitingSaga,
  wait: PlannedWait,
  { signal, by, nowMs }: Signalled,
  refuse: Refuse,
): Transition {
  const taken = takenFrom(wait, signal);
  if (taken instanceof Invalid) return refuse('invalid', taken.message);
  const { to } = wait.signals.get(signal.name)!;
  const next = { ...saga, owner: by, kept: takenOf(saga, wait, taken) };
  const end = { by: signal.name, signalId: signal.id };
  return { ...follow(definition, next, wait, to, end, nowMs), answer: APPLIED };
}

/** The awaited outcome counts as unknown, and is undone, too. */
function endedBy(
  definition: SagaDefinition,
  saga: Moving,
  { name, code, from, to }: PlannedEnding,
  { signal, by, nowMs }: Signalled,
  refuse: Refuse,
): Transition {
  if (saga.phase === 'backward') return refuse('undoing', 'the saga is being undone already');
  const stand = standOf(definition, saga);
  if (!stand) return ignored(saga, 'unknown-command');
  if (stand.pastPivot) return refuse('past-pivot', 'the saga only goes forward from here on');
  if (stand.place < from) return refuse('not-awaited', 'the saga cannot be ended by it yet');
  if (stand.place > to) return refuse('too-late', 'the saga cannot be ended by it any more');
  const next = { ...saga, owner: by };
  const end = { by: name, signalId: signal.id };
  const at = isOpen(saga) ? saga.awaited : saga.waitsAt;
  const failure = { step: at, kind: 'rejected', code, message: `the signal ${name}` } as const;
  const wait = definition.waits.get(at);
  const decision = wait
    ? undoWait(definition, next, wait, failure, end, nowMs)
    : undoCommand(definition, next as OpenSaga, failure, end, nowMs);
  return { ...decision, answer: APPLIED };
}

function undoCommand(
  definition: SagaDefinition,
  saga: OpenSaga,
  failure: SagaFailure,
  end: { by: string; signalId: string },
  nowMs: number,
): Transition {
  const { code, message } = failure;
  const reason = { ...end, outcome: 'unknown', code, message } as const;
  const data = { ...attemptsOf(saga, saga.lastError), ...reason };
  const { index } = definition.commands.get(saga.awaited)!;
  const logs = [{ step: saga.awaited, status: 'FAILED', data } as const];
  return undoFrom(definition, saga, index, failure, saga.kept, logs, nowMs);
}

/** It waits in the row for its wait. The version is raised: a wait that begins now must see it. */
function keptFor(
  definition: SagaDefinition,
  saga: Moving,
  signal: Signal,
  refuse: Refuse,
): Transition {
  if (saga.phase === 'backward') return told(saga, { kind: 'passed' });
  const stand = standOf(definition, saga);
  if (!stand) return ignored(saga, 'unknown-command');
  const wait = [...definition.waits.values()].find(
    ({ place, signals }) => place > stand.place && signals.has(signal.name),
  );
  if (!wait) return told(saga, { kind: 'passed' });
  const before = saga.waits?.early ?? [];
  if (before.length >= EARLY_MAX) {
    return refuse('too-many', `the saga keeps ${EARLY_MAX} signals already`);
  }
  const taken = takenFrom(wait, signal);
  if (taken instanceof Invalid) return refuse('invalid', taken.message);
  const early = [...before, { id: signal.id, name: signal.name, ...taken }];
  const waits = memoryOf(saga.waits, { early });
  const instance = { ...saga, version: saga.version + 1, waits };
  const effects = isOpen(saga)
    ? [{ kind: 'wake', atMs: saga.wakeAtMs } as const]
    : [{ kind: 'waits' } as const];
  return { instance, logs: [], effects, answer: { kind: 'kept' } };
}

class Invalid {
  constructor(readonly message: string) {}
}

/** What the wait takes of the data, as its row will hold it. */
function takenFrom(
  wait: PlannedWait,
  { name, data }: Signal,
): Pick<EarlySignal, 'taken'> | Invalid {
  const { take } = wait.signals.get(name)!;
  if (!take) return {};
  try {
    return { taken: storedCopy(take(data) ?? null) };
  } catch (error) {
    return new Invalid(reasonOf(error));
  }
}

function isKept({ waits }: SagaDefinition, { name }: Signal): boolean {
  return [...waits.values()].some(({ signals }) => signals.get(name)?.isKept);
}

function told(saga: SagaInstance, answer: SignalAnswer): Transition {
  return { ...ignored(saga, 'signal-refused'), answer };
}
