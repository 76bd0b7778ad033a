import { CommandContext, CommandController } from '@backstitch/messaging';
import {
  COMMANDS,
  OrderAdvanceCommand,
  OrderBeginCancelCommand,
  OrderEndCancelCommand,
  OrderProgressCommand,
  type Rejection,
  type Success,
} from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { StageChangesHandler } from './stage-changes.handler.js';

type Answer = Promise<Success | Rejection>;

@CommandController()
export class StageChangesConsumer {
  constructor(@Inject(StageChangesHandler) private readonly changes: StageChangesHandler) {}

  @MessagePattern(COMMANDS.orderAdvance)
  advance(@Payload() command: OrderAdvanceCommand, @Ctx() { saga }: CommandContext): Answer {
    return this.changes.advance(command, saga);
  }

  @MessagePattern(COMMANDS.orderProgress)
  progress(@Payload() command: OrderProgressCommand, @Ctx() { saga }: CommandContext): Answer {
    return this.changes.progress(command, saga);
  }

  @MessagePattern(COMMANDS.orderBeginCancel)
  beginCancel(
    @Payload() command: OrderBeginCancelCommand,
    @Ctx() { saga }: CommandContext,
  ): Answer {
    return this.changes.beginCancel(command, saga);
  }

  @MessagePattern(COMMANDS.orderEndCancel)
  endCancel(@Payload() command: OrderEndCancelCommand, @Ctx() { saga }: CommandContext): Answer {
    return this.changes.endCancel(command, saga);
  }
}
