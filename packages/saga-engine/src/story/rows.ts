import type { StorySpan } from './spans.js';
import type { PlanStep, ToldSaga } from './told.js';

/**
 * Where a step stands. `in-doubt`: it was sent, and nobody knows whether it took effect. `refused`: it
 * has no effect. `skipped`: the saga went past it. `failed`: its outcome is unknown, and it has no undo.
 */
export type StepState =
  | 'not-sent'
  | 'running'
  | 'retrying'
  | 'waiting'
  | 'in-doubt'
  | 'done'
  | 'refused'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'skipped';

/** A step of the plan with what came of it; its undo stands beside it. */
export interface StoryRow {
  readonly step: string;
  readonly kind: PlanStep['kind'];
  readonly pivot: boolean;
  readonly state: StepState;
  readonly do: StorySpan | null;
  readonly undo: StorySpan | null;
  /** The undo that takes it back, its own or another step's. */
  readonly undoName: string | null;
}

/** What a participant that does not answer leaves behind. */
const SILENCE = 'REPLY_TIMEOUT';

/** One row for each step of the plan, in its order. Pure. */
export function rowsOf(saga: ToldSaga, spans: ReadonlyMap<string, StorySpan>): StoryRow[] {
  const { plan } = saga;
  const lastBegun = plan.findLastIndex(({ step }) => spans.has(step));
  return plan.map((planned, index) => {
    const { step, kind, pivot, undo } = planned;
    const undoName = undo ?? plan.find((one) => one.step === planned.undoneBy)?.undo ?? null;
    const spanOfDo = spans.get(step);
    const covering = undoName === null ? undefined : spans.get(undoName);
    const own = undo === null ? undefined : spans.get(undo);
    return {
      step,
      kind,
      pivot,
      state: spanOfDo
        ? stateOf(planned, spanOfDo, undoName, covering)
        : index < lastBegun
          ? 'skipped'
          : 'not-sent',
      do: spanOfDo ?? null,
      undo: own ?? null,
      undoName,
    };
  });
}

function stateOf(
  { kind }: PlanStep,
  { outcome, attempts }: StorySpan,
  undoName: string | null,
  undo: StorySpan | undefined,
): StepState {
  if (outcome === 'refused') return 'refused';
  if (undo?.outcome === 'done') return 'undone';
  if (outcome === 'unknown') return undoName === null ? 'failed' : 'in-doubt';
  if (outcome === 'done') return undo ? 'undoing' : 'done';
  if (kind === 'wait') return 'waiting';
  const ended = attempts.filter((attempt) => attempt.outcome !== 'open');
  if (ended.some(({ code }) => code === SILENCE)) return 'in-doubt';
  return ended.length > 0 ? 'retrying' : 'running';
}
