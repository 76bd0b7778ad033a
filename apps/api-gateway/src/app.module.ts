import type { Logger } from '@backstitch/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { CheckoutController } from './checkout/checkout.controller.js';
import { GatewayConfig } from './config.js';
import { LookingController } from './looking/looking.controller.js';
import { Orchestrators } from './orchestrators/orchestrators.client.js';
import { AddressThrottlerGuard } from './rate-limit/address-throttler.guard.js';

const MINUTE_MS = 60_000;

@Module({})
export class AppModule {
  static for(config: GatewayConfig, logger: Logger): DynamicModule {
    const limit = config.rateLimitPerMinute;
    const orchestrators = new Orchestrators({
      urls: config.orchestratorUrls,
      timeoutMs: config.ORCHESTRATOR_TIMEOUT_MS,
      connectTimeoutMs: config.ORCHESTRATOR_CONNECT_TIMEOUT_MS,
      onFailure: (url, why, { headers }) => {
        const { 'x-saga-id': sagaId, 'x-request-id': requestId } = headers;
        logger.warn({ url, why, sagaId, requestId }, 'an orchestrator did not answer');
      },
    });
    return {
      module: AppModule,
      imports: limit > 0 ? [ThrottlerModule.forRoot([{ ttl: MINUTE_MS, limit }])] : [],
      controllers: [CheckoutController, LookingController],
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: Orchestrators, useValue: orchestrators },
        ...(limit > 0 ? [{ provide: APP_GUARD, useClass: AddressThrottlerGuard }] : []),
      ],
    };
  }
}
