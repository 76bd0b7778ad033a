import type { Logger } from '@backstitch/service-kit';
import { currencyDigits } from '@backstitch/shared-types';
import { Module, type DynamicModule } from '@nestjs/common';
import { PaymentConsumer } from './payment/payment.consumer.js';
import { PaymentHandler } from './payment/payment.handler.js';
import type { PaymentRepository } from './payment/payment.repository.js';
import type { PaymentSettlement } from './payment/payment.settlement.js';

export interface AppParts {
  payments: PaymentRepository;
  settlement: PaymentSettlement;
  currency: string;
  logger: Logger;
}

@Module({})
export class AppModule {
  static of({ payments, settlement, currency, logger }: AppParts): DynamicModule {
    const handler = new PaymentHandler(payments, settlement, currencyDigits(currency), logger);
    return {
      module: AppModule,
      controllers: [PaymentConsumer],
      providers: [{ provide: PaymentHandler, useValue: handler }],
    };
  }
}
