import type { SagaDefinition } from '../core/define.js';
import type { SagaLogStatus, SagaStatus } from '../core/instance.js';
import type { SagaNoteData, SagaNoteKind } from '../core/note.js';

/** A step of a definition, as far as a story needs it. JSON. */
export interface PlanStep {
  readonly step: string;
  readonly kind: 'command' | 'wait';
  /** The name of its own undo. */
  readonly undo: string | null;
  /** The step whose undo takes this one back, too. */
  readonly undoneBy: string | null;
  readonly queue?: string | null;
  /** From this step on the saga only goes forward. */
  readonly pivot: boolean;
  /** Null for what is retried until it succeeds, and for a wait. */
  readonly attemptsMax?: number | null;
}

/** A row of the log; `data` may tell less than the row has. */
export interface ToldLog {
  readonly step: string;
  readonly status: SagaLogStatus;
  readonly data: unknown;
  /** ISO 8601 in UTC with microseconds, as all times of rows and notes. */
  readonly createdAt: string;
}

export interface ToldNote {
  readonly kind: SagaNoteKind;
  readonly step: string;
  readonly data: SagaNoteData | null;
  readonly createdAt: string;
}

/** What a story is made from: the answer of an API, say. */
export interface ToldSaga {
  readonly status: SagaStatus;
  readonly currentStep: string;
  readonly waitingFor: string | null;
  /** The reply's deadline, the next attempt, or the end of the wait. */
  readonly nextTryAt: string | null;
  readonly stepDeadlineAt: string | null;
  readonly sagaDeadlineAt: string | null;
  /** Until then a step's effect holds; null when nothing is held. */
  readonly holdExpiresAt?: string | null;
  readonly needsAttention: boolean;
  readonly reason: { readonly code: string } | null;
  readonly plan: readonly PlanStep[];
  readonly log: readonly ToldLog[];
  readonly notes: readonly ToldNote[];
}

/** The steps of a definition in their order, waits included. Pure. */
export function planOf({ steps, waits }: SagaDefinition): PlanStep[] {
  const pivot = steps.findIndex(({ pastPivot }) => pastPivot);
  const plan: PlanStep[] = [];
  const addWaits = (next: number): void => {
    for (const wait of waits.values()) {
      if (wait.next === next) plan.push({ ...NO_COMMAND, step: wait.name });
    }
  };
  steps.forEach((step, index) => {
    addWaits(index);
    plan.push({
      step: step.name,
      kind: 'command',
      undo: step.undo?.name ?? null,
      undoneBy: step.undoneBy ?? null,
      queue: step.do.queue,
      pivot: index === pivot,
      attemptsMax: step.pastPivot ? null : step.attemptsMax,
    });
  });
  addWaits(steps.length);
  return plan;
}

const NO_COMMAND = {
  kind: 'wait',
  undo: null,
  undoneBy: null,
  queue: null,
  pivot: false,
  attemptsMax: null,
} as const;
