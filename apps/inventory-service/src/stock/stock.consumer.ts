import { CommandContext, CommandController } from '@backstitch/messaging';
import { COMMANDS, InventoryReserveCommand, OrderIdCommand } from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { StockAnswer } from './reservation.js';
import { StockHandler } from './stock.handler.js';

@CommandController()
export class StockConsumer {
  constructor(@Inject(StockHandler) private readonly handler: StockHandler) {}

  @MessagePattern(COMMANDS.inventoryReserve)
  reserve(
    @Payload() command: InventoryReserveCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<StockAnswer> {
    return this.handler.reserve(command, saga);
  }

  @MessagePattern(COMMANDS.inventoryRelease)
  release(@Payload() command: OrderIdCommand, @Ctx() { saga }: CommandContext) {
    return this.handler.release(command, saga);
  }

  @MessagePattern(COMMANDS.inventoryCommit)
  commit(@Payload() command: OrderIdCommand, @Ctx() { saga }: CommandContext) {
    return this.handler.commit(command, saga);
  }
}
