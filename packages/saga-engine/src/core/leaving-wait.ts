import { backoffMs } from './backoff.js';
import { ignored, type Transition } from './decision.js';
import type { PlannedWait, SagaDefinition, WaitOutcome } from './define.js';
import { earlyFor, enterWait, factsOf, waitBefore } from './entering-wait.js';
import type { SagaEvent } from './event.js';
import type {
  EarlySignal,
  LastError,
  OpenSaga,
  SagaFacts,
  SagaFailure,
  SagaLog,
  WaitingSaga,
  WaitMemory,
} from './instance.js';
import { OPERATOR_COMPENSATED, reasonTexts } from './problem.js';
import type { RetrySettings } from './settings.js';
import { awaitNext, finish, undoFrom } from './transition-builder.js';

/** What ended a wait, as its log row has it. */
interface EndedBy {
  readonly by: string;
  readonly signalId?: string;
}

/** A wait that is over is left: by the signal that came before it, or because its time has come. */
export function leaveWait(
  definition: SagaDefinition,
  saga: OpenSaga,
  wait: PlannedWait,
  event: SagaEvent,
  settings: RetrySettings,
): Transition {
  switch (event.kind) {
    case 'wake':
      if (event.nowMs < saga.wakeAtMs) return ignored(saga, 'too-early');
      return leave(definition, saga, wait, event.nowMs);
    case 'resumed':
      return leave(definition, saga, wait, event.nowMs);
    case 'operator':
      if (event.action === 'compensate') return compensated(definition, saga, wait, event.nowMs);
      if (event.action === 'resume' && !saga.needsAttention) return ignored(saga, 'not-parked');
      return leave(definition, saga, wait, event.nowMs);
    case 'refused':
      return parked(saga, event, settings);
    default:
      return ignored(saga, 'not-awaited');
  }
}

/** What else than a signal may come to a saga that waits: an operator who has it undone. */
export function waitAsked(
  definition: SagaDefinition,
  saga: WaitingSaga,
  event: SagaEvent,
): Transition {
  const wait = definition.waits.get(saga.waitsAt);
  if (event.kind !== 'operator' || event.action !== 'compensate' || !wait) {
    return ignored(saga, 'waiting');
  }
  return compensated(definition, saga, wait, event.nowMs);
}

/** The saga goes where the outcome leads; its deadline counts anew. */
export function follow(
  definition: SagaDefinition,
  saga: SagaFacts,
  wait: PlannedWait,
  outcome: WaitOutcome,
  end: EndedBy,
  nowMs: number,
): Transition {
  if (typeof outcome === 'object' && 'undo' in outcome) {
    const message = end.signalId === undefined ? 'no signal came in time' : `the signal ${end.by}`;
    const failure = { step: wait.name, kind: 'rejected', code: outcome.undo, message } as const;
    return undoWait(definition, saga, wait, failure, end, nowMs);
  }
  const facts = { ...factsOf(saga), sagaDeadlineAtMs: nowMs + definition.deadlineMs };
  const logs: SagaLog[] = [{ step: wait.name, status: 'COMPLETED', data: { attempts: 1, ...end } }];
  const target = outcome === 'next' ? undefined : outcome.goto;
  const named = target === undefined ? undefined : definition.waits.get(target);
  const index = named?.next ?? indexOf(definition, target) ?? wait.next;
  const skipped = definition.steps.slice(wait.next, index).map(({ name }) => name);
  const waits = skipped.length === 0 ? facts.waits : memoryOf(facts.waits, { skipped });
  const next = target === undefined ? waitBefore(definition, index, wait) : named;
  if (next) return enterWait({ ...facts, waits }, next, logs, nowMs);
  const step = definition.steps[index];
  if (!step) return finish({ ...facts, waits }, undefined, logs);
  const { kept } = facts;
  return awaitNext(definition, { ...facts, waits }, step.do, undefined, kept, logs, nowMs);
}

/** All before the wait is undone. */
export function undoWait(
  definition: SagaDefinition,
  saga: SagaFacts,
  wait: PlannedWait,
  failure: SagaFailure,
  end: EndedBy | undefined,
  nowMs: number,
): Transition {
  const { code, message } = failure;
  const data = { attempts: 1, ...end, outcome: 'rejected', code, message } as const;
  const logs: SagaLog[] = [{ step: wait.name, status: 'FAILED', data }];
  const facts = factsOf(saga);
  return undoFrom(definition, facts, wait.next - 1, failure, facts.kept, logs, nowMs);
}

/** What a saga remembers of its waits, with a change; nothing when nothing is left to remember. */
export function memoryOf(
  before: WaitMemory | undefined,
  { early = before?.early ?? [], skipped = [] }: Partial<WaitMemory>,
): WaitMemory | undefined {
  const all = [...(before?.skipped ?? []), ...skipped];
  return early.length === 0 && all.length === 0 ? undefined : { early, skipped: all };
}

/** What the saga keeps of a signal. */
export function takenOf(saga: SagaFacts, { name }: PlannedWait, { taken }: Partial<EarlySignal>) {
  return taken === undefined ? saga.kept : { ...saga.kept, [name]: taken };
}

function leave(
  definition: SagaDefinition,
  saga: OpenSaga,
  wait: PlannedWait,
  nowMs: number,
): Transition {
  const signal = earlyFor(saga, wait);
  if (!signal) return follow(definition, saga, wait, wait.onTimeout, { by: 'timeout' }, nowMs);
  const early = saga.waits!.early.filter((one) => one !== signal);
  const facts = {
    ...factsOf(saga),
    kept: takenOf(saga, wait, signal),
    waits: memoryOf(saga.waits, { early }),
  };
  const { to } = wait.signals.get(signal.name)!;
  return follow(definition, facts, wait, to, { by: signal.name, signalId: signal.id }, nowMs);
}

function compensated(
  definition: SagaDefinition,
  saga: OpenSaga | WaitingSaga,
  wait: PlannedWait,
  nowMs: number,
): Transition {
  if (wait.pastPivot) return ignored(saga, 'past-pivot');
  const failure = { step: wait.name, kind: 'unknown', ...OPERATOR_COMPENSATED } as const;
  return undoWait(definition, saga, wait, failure, undefined, nowMs);
}

/** What the end of the wait led to cannot be written: it is tried again, more and more slowly. */
function parked(
  saga: OpenSaga,
  event: Extract<SagaEvent, { kind: 'refused' }>,
  settings: RetrySettings,
): Transition {
  const { code, message } = reasonTexts(event);
  const refused = (saga.lastError?.refused ?? 0) + 1;
  const lastError: LastError = { code: 'WRITE_REFUSED', message: `${code}: ${message}`, refused };
  const wakeAtMs = event.nowMs + backoffMs(settings, refused, event.random);
  const version = saga.version + 1;
  const instance: OpenSaga = { ...saga, version, lastError, needsAttention: true, wakeAtMs };
  return { instance, logs: [], effects: [{ kind: 'wake', atMs: wakeAtMs }] };
}

function indexOf({ steps }: SagaDefinition, target: string | undefined): number | undefined {
  const index = steps.findIndex(({ name }) => name === target);
  return index === -1 ? undefined : index;
}
