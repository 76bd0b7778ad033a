import { MalformedCommand, sagaIdOf } from '@backstitch/messaging';
import { databaseFault } from '@backstitch/database';
import { logged, type Logger } from '@backstitch/service-kit';
import {
  COMMANDS,
  type CommandPattern,
  Fault,
  type OrderAdvanceCommand,
  type OrderBeginCancelCommand,
  type OrderEndCancelCommand,
  type OrderProgressCommand,
  Rejection,
  type SagaTag,
  type Success,
} from '@backstitch/shared-types';
import { answerToStageChange } from './stage-change.js';
import type { StageChangesRepository } from './stage-changes.repository.js';
import type { StageWrite } from './stage-changes.sql.js';

type Answer = Success | Rejection;

/** The commands that move an order on after it was made. Each has one effect, however often it comes. */
export class StageChangesHandler {
  constructor(
    private readonly repository: StageChangesRepository,
    private readonly logger: Logger,
  ) {}

  advance(command: OrderAdvanceCommand, saga?: SagaTag): Promise<Answer> {
    const { stage: target, actor, tracking } = command;
    const write = { command: 'advance', target, actor, data: { tracking } } as const;
    return this.change(COMMANDS.orderAdvance, command.orderId, write, saga);
  }

  progress(command: OrderProgressCommand, saga?: SagaTag): Promise<Answer> {
    const { stage: target, actorRole: role, actor, tracking } = command;
    const write = { command: 'progress', target, role, actor, data: { tracking } } as const;
    return this.change(COMMANDS.orderProgress, command.orderId, write, saga);
  }

  beginCancel(command: OrderBeginCancelCommand, saga?: SagaTag): Promise<Answer> {
    const { actorRole: role, actor, reason } = command;
    const cancellationId = command.cancellationId.toLowerCase();
    const write = {
      command: 'begin-cancel',
      target: 'CANCELLING',
      cancellationId,
      role,
      actor,
      data: { reason },
    } as const;
    return this.change(COMMANDS.orderBeginCancel, command.orderId, write, saga);
  }

  endCancel(command: OrderEndCancelCommand, saga?: SagaTag): Promise<Answer> {
    const cancellationId = command.cancellationId.toLowerCase();
    const write = { command: 'end-cancel', target: 'CANCELLED', cancellationId } as const;
    return this.change(COMMANDS.orderEndCancel, command.orderId, write, saga);
  }

  private change(
    pattern: CommandPattern,
    id: string,
    what: Omit<StageWrite, 'orderId' | 'sagaId'>,
    saga: SagaTag | undefined,
  ): Promise<Answer> {
    const orderId = id.toLowerCase();
    return logged(this.logger, { pattern, orderId, saga }, async () => {
      const write = { ...what, orderId, sagaId: sagaIdOf(saga) };
      const { found } = await this.repository.change(write).catch((error: unknown) => {
        throw databaseFault(error) === 'data' ? unstorable(error) : error;
      });
      const answer = answerToStageChange(write, found);
      if (answer instanceof Fault) throw answer;
      if (answer instanceof Rejection && !(await this.isRepeated(write, answer))) return answer;
      return { success: true };
    });
  }

  /** The order went on since its stage was reached by this very saga: the command comes again. */
  private async isRepeated(write: StageWrite, { code }: Rejection): Promise<boolean> {
    return code === 'ORDER_STATE_CONFLICT' && (await this.repository.wasReached(write));
  }
}

function unstorable(cause: unknown): MalformedCommand {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MalformedCommand(`the change cannot be stored: ${why}`);
}
