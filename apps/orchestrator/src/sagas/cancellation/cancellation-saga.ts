import { command, defineSaga, type SagaDefinition, step } from '@backstitch/saga-engine';
import { COMMAND_QUEUES, COMMANDS } from '@backstitch/shared-types';
import type { CancellationInput } from './cancellation.js';

const { order, inventory, payment } = COMMAND_QUEUES;

/**
 * Takes back an order that was confirmed. The order accepts it or not: that is the first step, and the
 * pivot. From then on the saga only goes forward, until the money and the goods are back. The refund
 * and the return have the id of the saga, so each happens once.
 */
export function cancellationSaga(timing: CancellationTiming): SagaDefinition<CancellationInput> {
  const spec = {
    name: 'cancellation',
    version: 1,
    deadlineMs: timing.sagaDeadlineMs,
    steps: [
      step<CancellationInput>('CANCELLATION_ACCEPTED', {
        do: command(order, COMMANDS.orderBeginCancel, ({ sagaId, subjectId, input }) => ({
          orderId: subjectId,
          cancellationId: sagaId,
          actorRole: input.actorRole,
          ...(input.actor !== undefined && { actor: input.actor }),
          reason: input.reason,
        })),
        rejections: ['ORDER_NOT_CANCELLABLE', 'ORDER_CANCELLED'],
        pivot: true,
      }),
      step<CancellationInput>('MONEY_RETURNED', {
        // No amount: all that is left.
        do: command(payment, COMMANDS.paymentReturn, ({ sagaId, subjectId }) => ({
          orderId: subjectId,
          refundId: sagaId,
        })),
        replyTimeoutMs: timing.paymentReplyTimeoutMs,
        keep: (response) => response,
      }),
      step<CancellationInput>('STOCK_RETURNED', {
        do: command(inventory, COMMANDS.inventoryReturn, ({ sagaId, subjectId, input }) => ({
          orderId: subjectId,
          returnId: sagaId,
          lines: input.lines,
          disposition: input.disposition,
        })),
      }),
      step<CancellationInput>('CANCELLATION_DONE', {
        do: command(order, COMMANDS.orderEndCancel, ({ sagaId, subjectId }) => ({
          orderId: subjectId,
          cancellationId: sagaId,
        })),
      }),
    ],
  };
  return defineSaga<CancellationInput>(spec, timing.steps);
}

export interface CancellationTiming {
  sagaDeadlineMs: number;
  paymentReplyTimeoutMs: number;
  /** For the steps that say nothing of their own. */
  steps: { replyTimeoutMs: number; attemptsMax: number; deadlineMs: number };
}
