import { CommandContext, CommandController } from '@backstitch/messaging';
import {
  COMMANDS,
  InventoryExtendCommand,
  InventoryReserveCommand,
  InventoryReturnCommand,
  OrderIdCommand,
  type Success,
} from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { StockAnswer } from './reservation.js';
import { ReturnsHandler } from './returns.handler.js';
import { StockHandler } from './stock.handler.js';

@CommandController()
export class StockConsumer {
  constructor(
    @Inject(StockHandler) private readonly handler: StockHandler,
    @Inject(ReturnsHandler) private readonly returns: ReturnsHandler,
  ) {}

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

  @MessagePattern(COMMANDS.inventoryExtend)
  extend(
    @Payload() command: InventoryExtendCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<StockAnswer> {
    return this.handler.extend(command, saga);
  }

  @MessagePattern(COMMANDS.inventoryReturn)
  giveBack(
    @Payload() command: InventoryReturnCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<Success> {
    return this.returns.giveBack(command, saga);
  }
}
