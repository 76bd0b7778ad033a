import { CommandContext, CommandController } from '@backstitch/messaging';
import { COMMANDS, OrderIdCommand, PaymentProcessCommand } from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { PaymentHandler } from './payment.handler.js';

@CommandController()
export class PaymentConsumer {
  constructor(@Inject(PaymentHandler) private readonly handler: PaymentHandler) {}

  @MessagePattern(COMMANDS.paymentProcess)
  process(@Payload() command: PaymentProcessCommand, @Ctx() { saga }: CommandContext) {
    return this.handler.process(command, saga);
  }

  @MessagePattern(COMMANDS.paymentRefund)
  refund(@Payload() command: OrderIdCommand, @Ctx() { saga }: CommandContext) {
    return this.handler.refund(command, saga);
  }

  @MessagePattern(COMMANDS.paymentGet)
  get(@Payload() command: OrderIdCommand, @Ctx() { saga }: CommandContext) {
    return this.handler.get(command, saga);
  }
}
