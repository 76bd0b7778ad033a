import { Module, type DynamicModule } from '@nestjs/common';
import { AttemptsHandler } from './attempts/attempts.handler.js';
import type { PaymentHandlers } from './payment-parts.js';
import { PaymentConsumer } from './payment/payment.consumer.js';
import { PaymentHandler } from './payment/payment.handler.js';
import { RefundsHandler } from './refunds/refunds.handler.js';

@Module({})
export class AppModule {
  static of({ payments, attempts, refunds }: PaymentHandlers): DynamicModule {
    return {
      module: AppModule,
      controllers: [PaymentConsumer],
      providers: [
        { provide: PaymentHandler, useValue: payments },
        { provide: AttemptsHandler, useValue: attempts },
        { provide: RefundsHandler, useValue: refunds },
      ],
    };
  }
}
