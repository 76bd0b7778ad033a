import type { EndingSpec, SagaSpec, SignalSpec, StepContext, WaitOutcome } from './spec.js';

export interface PlannedSignal {
  readonly name: string;
  readonly to: WaitOutcome;
  /** Kept until its wait begins, when it comes before. */
  readonly isKept: boolean;
  readonly take?: (data: unknown) => unknown;
}

/** A wait of a checked definition. */
export interface PlannedWait {
  readonly name: string;
  /** Its place among all steps of the definition, those that wait included. */
  readonly place: number;
  /** The index of the command step that follows it; their number when none does. */
  readonly next: number;
  /** Behind the pivot, where the saga only goes forward. */
  readonly pastPivot: boolean;
  readonly signals: ReadonlyMap<string, PlannedSignal>;
  readonly withinMs: number;
  readonly onTimeout: WaitOutcome;
  untilMs?(context: StepContext): number;
}

/** A signal that ends a saga from one place to another. */
export interface PlannedEnding {
  readonly name: string;
  readonly code: string;
  readonly from: number;
  readonly to: number;
}

/** What a signal of a wait says, however short it was written. */
export function signalSpec(given: WaitOutcome | SignalSpec): SignalSpec {
  return typeof given === 'object' && 'to' in given ? given : { to: given };
}

export function plannedWaits(spec: SagaSpec): ReadonlyMap<string, PlannedWait> {
  const waits = new Map<string, PlannedWait>();
  let next = 0;
  let isPast = false;
  spec.steps.forEach((step, place) => {
    if (step.kind === 'command') {
      next++;
      isPast ||= step.pivot === true;
      return;
    }
    const { name, withinMs, onTimeout } = step;
    const signals = Object.entries(step.signals).map(([named, given]) => {
      const said = signalSpec(given);
      const take = said.take && { take: (data: unknown) => said.take?.(data) };
      return [named, { name: named, to: said.to, isKept: said.early === 'keep', ...take }] as const;
    });
    const until = step.untilMs && { untilMs: (context: StepContext) => step.untilMs!(context) };
    const facts = { name, place, next, pastPivot: isPast, withinMs, onTimeout };
    waits.set(name, { ...facts, signals: new Map(signals), ...until });
  });
  return waits;
}

export function plannedEndings(spec: SagaSpec): ReadonlyMap<string, PlannedEnding> {
  const endings = Object.entries(spec.endedBy ?? {});
  return new Map(endings.map(([name, ending]) => [name, plannedEnding(spec, name, ending)]));
}

function plannedEnding({ steps }: SagaSpec, name: string, { code, from, to }: EndingSpec) {
  const placeOf = (step: string) => steps.findIndex((one) => one.name === step);
  const pivot = steps.findIndex((step) => step.kind === 'command' && step.pivot);
  const last = (pivot === -1 ? steps.length : pivot) - 1;
  return {
    name,
    code,
    from: from === undefined ? 0 : placeOf(from),
    to: to === undefined ? last : placeOf(to),
  };
}
