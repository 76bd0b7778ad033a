import { CommandContext, CommandController } from '@backstitch/messaging';
import {
  COMMANDS,
  OrderCancelCommand,
  OrderCreateCommand,
  OrderIdCommand,
  OrderPlaceCommand,
  type OrderCreated,
  type OwnedOrderView,
  type Rejection,
  type Success,
} from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { OrdersHandler } from './orders.handler.js';

@CommandController()
export class OrdersConsumer {
  constructor(@Inject(OrdersHandler) private readonly orders: OrdersHandler) {}

  @MessagePattern(COMMANDS.orderCreate)
  create(
    @Payload() command: OrderCreateCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<OrderCreated | Rejection> {
    return this.orders.create(command, saga);
  }

  @MessagePattern(COMMANDS.orderPlace)
  place(
    @Payload() command: OrderPlaceCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<OrderCreated | Rejection> {
    return this.orders.place(command, saga);
  }

  @MessagePattern(COMMANDS.orderConfirm)
  confirm(
    @Payload() { orderId }: OrderIdCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<Success | Rejection> {
    return this.orders.confirm(orderId, saga);
  }

  @MessagePattern(COMMANDS.orderCancel)
  cancel(
    @Payload() command: OrderCancelCommand,
    @Ctx() { saga }: CommandContext,
  ): Promise<Success | Rejection> {
    return this.orders.cancel(command, saga);
  }

  @MessagePattern(COMMANDS.orderGet)
  get(@Payload() { orderId }: OrderIdCommand): Promise<OwnedOrderView | Rejection> {
    return this.orders.get(orderId);
  }
}
