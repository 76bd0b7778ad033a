import 'reflect-metadata';
import { loadConfig } from '@backstitch/service-kit';
import { bootParticipant } from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { OrderConfig } from './config.js';

const config = loadConfig(OrderConfig);

await bootParticipant({
  name: 'order-service',
  config,
  queue: COMMAND_QUEUES.order,
  migrations: new URL('../migrations', import.meta.url),
  keyLookups: true,
  parts: ({ database, logger }) => ({
    module: AppModule.of({
      database,
      currency: config.CURRENCY,
      logger,
      isProduction: config.NODE_ENV === 'production',
    }),
  }),
});
