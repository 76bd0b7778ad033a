import { placeOf, type SagaDefinition } from './define.js';
import { currentStepOf, isEnded, isOpen, statusOf } from './instance.js';
import type { SagaInstance, SagaStatus } from './instance.js';

/** Why a signal had no effect. */
export type SignalRefusal =
  /** No wait of the definition and no `endedBy` has this name. */
  | 'unknown-signal'
  /** It is not awaited now; it may be later. */
  | 'not-awaited'
  /** It could end the saga only up to a step that lies behind. */
  | 'too-late'
  /** The saga only goes forward. */
  | 'past-pivot'
  /** The saga is being undone. */
  | 'undoing'
  /** The saga has ended. */
  | 'ended'
  /** Its data is not what the wait takes. */
  | 'invalid'
  /** Too many are kept already. */
  | 'too-many';

/**
 * So many signals of one saga are on record at most, besides those that have an effect: a sender must
 * not be able to fill the table.
 */
export const SIGNALS_RECORDED_MAX = 1_000;

/** What the sender of a signal is told: the same for the same id, whatever happens meanwhile. */
export type SignalAnswer =
  /** It ended its wait, or the saga. */
  | { readonly kind: 'applied' }
  /** It came before its wait, and is there when the wait begins. */
  | { readonly kind: 'kept' }
  /** It would have been kept, and its wait lies behind. */
  | { readonly kind: 'passed' }
  | {
      readonly kind: 'refused';
      readonly reason: SignalRefusal;
      readonly message: string;
      readonly status: SagaStatus;
      /** The awaited command or the wait, or how the saga ended. */
      readonly at: string;
      /** Signals that would have had an effect instead. */
      readonly awaited: readonly string[];
    };

/** Every signal that the definition knows. */
export function knownSignals({ waits, endedBy }: SagaDefinition): string[] {
  const names = [...waits.values()].flatMap(({ signals }) => [...signals.keys()]);
  return [...new Set([...names, ...endedBy.keys()])].sort();
}

/** Every code for which a saga of the definition may be undone for a business reason. */
export function reasonCodes({ steps, waits, endedBy }: SagaDefinition): string[] {
  const outcomes = [...waits.values()].flatMap(({ signals, onTimeout }) => [
    ...[...signals.values()].map(({ to }) => to),
    onTimeout,
  ]);
  const undos = outcomes.flatMap((one) =>
    typeof one === 'object' && 'undo' in one ? [one.undo] : [],
  );
  const endings = [...endedBy.values()].map(({ code }) => code);
  return [...steps.flatMap(({ rejections }) => [...rejections]), ...undos, ...endings];
}

/** Signals that would have an effect on the saga as it is. */
export function awaitedSignals(definition: SagaDefinition, saga: SagaInstance): string[] {
  const awaited = saga.phase === 'waiting' ? definition.waits.get(saga.waitsAt) : undefined;
  const stand = standOf(definition, saga);
  const endings =
    !stand || stand.pastPivot
      ? []
      : [...definition.endedBy.values()].filter(
          ({ from, to }) => from <= stand.place && stand.place <= to,
        );
  return [...(awaited?.signals.keys() ?? []), ...endings.map(({ name }) => name)].sort();
}

/** Where a saga that goes forward is among its steps; undefined for any other. */
export function standOf(
  definition: SagaDefinition,
  saga: SagaInstance,
): { readonly place: number; readonly pastPivot: boolean } | undefined {
  if (isEnded(saga) || saga.phase === 'backward') return undefined;
  const name = currentStepOf(saga);
  const wait = definition.waits.get(name);
  if (wait) return wait;
  const command = isOpen(saga) ? definition.commands.get(name) : undefined;
  if (!command) return undefined;
  const { pastPivot } = definition.steps[command.index]!;
  return { place: placeOf(definition, command.index), pastPivot };
}

export function refusedSignal(
  definition: SagaDefinition,
  saga: SagaInstance,
  reason: SignalRefusal,
  message: string,
): SignalAnswer {
  const awaited = awaitedSignals(definition, saga);
  return {
    kind: 'refused',
    reason,
    message,
    status: statusOf(saga),
    at: currentStepOf(saga),
    awaited,
  };
}
