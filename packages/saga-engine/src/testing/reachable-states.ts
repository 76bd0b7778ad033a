import type { SagaDefinition } from '../core/define.js';
import { dueSaga } from '../core/entering-wait.js';
import { isEnded, type OpenSaga, type SagaLog, type WaitingSaga } from '../core/instance.js';
import { canonicalJson } from '../core/json.js';
import { knownSignals } from '../core/signal.js';
import { ENGINE_DEFAULTS } from '../core/settings.js';
import { prepare, transition, type ReplyOutcome, type SagaEvent } from '../core/transition.js';
import { SCENARIO_SAGA_ID, SCENARIO_SUBJECT_ID, type ScenarioOptions } from './scenario.js';

type Unfinished = OpenSaga | WaitingSaga;

/** A state that an unfinished saga can be in, and the log that it has then. */
export interface ReachableState {
  readonly instance: Unfinished;
  readonly logs: readonly SagaLog[];
  readonly nowMs: number;
}

type Decided = Omit<SagaEvent, 'nowMs' | 'random'> & { readonly atMs?: number };

const BEGINS_AT_MS = 1_000_000;

/**
 * Every state that an unfinished saga can be in: what is awaited, in which direction, what is kept
 * and what is in the log. States that differ only in times, or in a number of attempts beyond the
 * second, are one.
 */
export function reachableStates<Input>(
  definition: SagaDefinition<Input>,
  options: ScenarioOptions<Input>,
): ReachableState[] {
  const plain = definition as SagaDefinition;
  const settings = { ...ENGINE_DEFAULTS, ...options.settings };
  const { instance, logs } = prepare(plain, {
    sagaId: SCENARIO_SAGA_ID,
    subjectId: SCENARIO_SUBJECT_ID,
    input: options.input,
    owner: 'scenario',
    nowMs: BEGINS_AT_MS,
  });
  const first: ReachableState = { instance, logs, nowMs: BEGINS_AT_MS };
  const found = new Map([[keyOf(first), first]]);
  // A Map goes on to what is added while it is walked.
  for (const state of found.values()) {
    if (state.instance.phase === 'waiting') {
      const nowMs = Math.max(state.nowMs, state.instance.dueAtMs);
      const due = { ...state, instance: dueSaga(state.instance, 'scenario', nowMs), nowMs };
      if (!found.has(keyOf(due))) found.set(keyOf(due), due);
    }
    for (const { atMs = 0, ...decided } of eventsOf(plain, state.instance, options)) {
      const nowMs = Math.max(state.nowMs, atMs);
      const event = { ...decided, nowMs, random: 0.5 } as SagaEvent;
      const decision = transition(plain, state.instance, event, settings);
      const { instance: after } = decision;
      if (isEnded(after)) continue;
      const next = { instance: after, logs: [...state.logs, ...decision.logs], nowMs };
      const key = keyOf(next);
      if (!found.has(key)) found.set(key, next);
    }
  }
  return [...found.values()];
}

function keyOf({ instance, logs }: ReachableState): string {
  const { phase, failure, kept, waits } = instance;
  const rows = logs.map(({ step, status, data }) => [step, status, data?.outcome ?? '']);
  const why = failure ? [failure.step, failure.kind, failure.code] : [];
  const memory = waits && [waits.early.map(({ name }) => name), waits.skipped];
  if (instance.phase === 'waiting') {
    return canonicalJson([phase, instance.waitsAt, memory, kept, rows]);
  }
  const { awaited, attempt, waitingFor, needsAttention } = instance;
  const at = [phase, awaited, attempt === 1, waitingFor, needsAttention];
  return canonicalJson([...at, why, kept, rows, memory]);
}

/** All that may happen to a saga next, but for what comes too late to count. */
function eventsOf(
  definition: SagaDefinition,
  saga: Unfinished,
  options: Pick<ScenarioOptions<unknown>, 'responses' | 'signals'>,
): Decided[] {
  const { responses } = options;
  const heard = signalsOf(definition, saga, options);
  if (saga.phase === 'waiting') return heard;
  const command = definition.commands.get(saga.awaited);
  if (!command) return [...heard, { kind: 'wake', atMs: saga.wakeAtMs }];
  const { name, rejections } = definition.steps[command.index]!;
  const about = { step: name, direction: command.direction, attempt: saga.attempt };
  const replied = (outcome: ReplyOutcome) => ({ kind: 'replied', ...about, outcome }) as Decided;
  const response = command.direction === 'do' ? (responses?.[name] ?? {}) : {};
  const texts = { code: 'BROKEN', message: 'a fault' };
  return [
    ...heard,
    replied({ kind: 'done', response }),
    ...[...rejections].map((code) => replied({ kind: 'rejected', code, message: 'no' })),
    replied({ kind: 'fault', ...texts, retryable: true }),
    replied({ kind: 'fault', ...texts, retryable: false }),
    { kind: 'unsent', ...about, code: 'UNROUTABLE', message: 'not sent' } as Decided,
    { kind: 'refused', code: '23514', message: 'not so' } as Decided,
    { kind: 'wake', atMs: saga.wakeAtMs },
    { kind: 'wake', atMs: saga.sagaDeadlineAtMs },
    { kind: 'operator', action: 'compensate' } as Decided,
    { kind: 'operator', action: 'resume' } as Decided,
  ];
}

/** Every signal; of those that are kept, the first of each name. */
function signalsOf(
  definition: SagaDefinition,
  saga: Unfinished,
  { signals }: Pick<ScenarioOptions<unknown>, 'signals'>,
): Decided[] {
  const kept = new Set(saga.waits?.early.map(({ name }) => name));
  return knownSignals(definition)
    .filter((name) => !kept.has(name))
    .map((name) => {
      const signal = { id: `signal-${name}`, name, data: signals?.[name] };
      return { kind: 'signalled', by: 'scenario', signal } as Decided;
    });
}
