import { CommandContext, CommandController } from '@backstitch/messaging';
import {
  COMMANDS,
  OrderIdCommand,
  PaymentOpenCommand,
  PaymentPayCommand,
  PaymentProcessCommand,
  PaymentReturnCommand,
} from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { AttemptsHandler } from '../attempts/attempts.handler.js';
import { RefundsHandler } from '../refunds/refunds.handler.js';
import { PaymentHandler } from './payment.handler.js';

@CommandController()
export class PaymentConsumer {
  constructor(
    @Inject(PaymentHandler) private readonly handler: PaymentHandler,
    @Inject(AttemptsHandler) private readonly attempts: AttemptsHandler,
    @Inject(RefundsHandler) private readonly refunds: RefundsHandler,
  ) {}

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

  @MessagePattern(COMMANDS.paymentOpen)
  open(@Payload() command: PaymentOpenCommand, @Ctx() { saga }: CommandContext) {
    return this.attempts.open(command, saga);
  }

  @MessagePattern(COMMANDS.paymentPay)
  pay(@Payload() command: PaymentPayCommand, @Ctx() { saga }: CommandContext) {
    return this.attempts.pay(command, saga);
  }

  @MessagePattern(COMMANDS.paymentClose)
  close(@Payload() command: OrderIdCommand, @Ctx() { saga }: CommandContext) {
    return this.attempts.close(command, saga);
  }

  @MessagePattern(COMMANDS.paymentReturn)
  giveBack(@Payload() command: PaymentReturnCommand, @Ctx() { saga }: CommandContext) {
    return this.refunds.giveBack(command, saga);
  }
}
