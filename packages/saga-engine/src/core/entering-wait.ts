import type { PlannedWait, SagaDefinition } from './define.js';
import type { Transition } from './decision.js';
import {
  NO_OWNER,
  type OpenSaga,
  type SagaFacts,
  type SagaLog,
  type WaitingSaga,
} from './instance.js';

/** The wait before a command step (before the end, behind the last one) that comes after `behind`. */
export function waitBefore(
  { waits }: SagaDefinition,
  index: number,
  behind?: PlannedWait,
): PlannedWait | undefined {
  for (const wait of waits.values()) {
    if (wait.next === index && (!behind || wait.place > behind.place)) return wait;
  }
  return undefined;
}

/**
 * The saga waits, without an owner. When a signal for this wait came before it, the wait is over at
 * once: the saga keeps its owner, who wakes it.
 */
export function enterWait(
  saga: SagaFacts,
  wait: PlannedWait,
  logs: SagaLog[],
  nowMs: number,
): Transition {
  const facts = { ...factsOf(saga), version: saga.version + 1 };
  const row: SagaLog = { step: wait.name, status: 'STARTED', data: undefined };
  if (earlyFor(saga, wait)) {
    const instance = leaving(facts, wait.name, nowMs);
    return { instance, logs: [...logs, row], effects: [{ kind: 'wake', atMs: nowMs }] };
  }
  const dueAtMs = Math.min(nowMs + wait.withinMs, latestMs(wait, saga));
  const instance: WaitingSaga = {
    ...facts,
    phase: 'waiting',
    owner: NO_OWNER,
    waitsAt: wait.name,
    dueAtMs,
    failure: undefined,
  };
  return { instance, logs: [...logs, row], effects: [{ kind: 'waits' }] };
}

/** A definition that cannot say it must not keep the saga from waiting. */
function latestMs(wait: PlannedWait, saga: SagaFacts): number {
  try {
    const untilMs = wait.untilMs?.(saga);
    return Number.isFinite(untilMs) ? untilMs! : Infinity;
  } catch {
    return Infinity;
  }
}

/** The first kept signal that a wait was entered with. */
export function earlyFor({ waits }: SagaFacts, { signals }: PlannedWait) {
  return waits?.early.find(({ name }) => signals.has(name));
}

/** The state of a wait that is over: it is left at the next wake-up. */
function leaving(facts: SagaFacts, name: string, nowMs: number): OpenSaga {
  return {
    ...facts,
    phase: 'forward',
    awaited: name,
    attempt: 1,
    waitingFor: 'leave',
    wakeAtMs: nowMs,
    stepDeadlineAtMs: undefined,
    lastError: undefined,
    needsAttention: false,
    failure: undefined,
  };
}

/** A saga whose time to wait is over, as a timer takes it: whoever owns it leaves the wait. */
export function dueSaga(saga: WaitingSaga, owner: string, nowMs: number): OpenSaga {
  const { version, epoch } = saga;
  const facts = { ...factsOf(saga), owner, version: version + 1, epoch: epoch + 1 };
  return leaving(facts, saga.waitsAt, nowMs);
}

/** What every saga has, of any one. */
export function factsOf(from: SagaFacts): SagaFacts {
  const { sagaId, subjectId, definition, definitionVersion, input, kept, requestId } = from;
  const { version, epoch, owner, createdAtMs, sagaDeadlineAtMs, waits } = from;
  const about = { sagaId, subjectId, definition, definitionVersion, input, kept, requestId };
  return { ...about, version, epoch, owner, createdAtMs, sagaDeadlineAtMs, waits };
}
