import { command, defineSaga, type SagaDefinition, step } from '@backstitch/saga-engine';
import { COMMAND_QUEUES, COMMANDS } from '@backstitch/shared-types';
import type { ProgressInput } from './progress.js';

/** Moves a plain order on after it is confirmed: one step, which the order accepts or refuses. */
export function progressSaga(timing: ProgressTiming): SagaDefinition<ProgressInput> {
  const spec = {
    name: 'progress',
    version: 1,
    deadlineMs: timing.sagaDeadlineMs,
    steps: [
      step<ProgressInput>('ORDER_PROGRESSED', {
        do: command(COMMAND_QUEUES.order, COMMANDS.orderProgress, ({ subjectId, input }) => ({
          orderId: subjectId,
          stage: input.stage,
          actorRole: input.actorRole,
          ...(input.actor !== undefined && { actor: input.actor }),
          ...(input.tracking !== undefined && { tracking: input.tracking }),
        })),
        rejections: ['ORDER_STATE_CONFLICT'],
        pivot: true,
      }),
    ],
  };
  return defineSaga<ProgressInput>(spec, timing.steps);
}

export interface ProgressTiming {
  sagaDeadlineMs: number;
  steps: { replyTimeoutMs: number; attemptsMax: number; deadlineMs: number };
}
