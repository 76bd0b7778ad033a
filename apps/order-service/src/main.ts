import 'reflect-metadata';
import { internalRequests, loadConfig } from '@backstitch/service-kit';
import { bootParticipant } from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { DeliveriesRepository } from './delivery/deliveries.repository.js';
import { deliveryCleaner } from './delivery/delivery.cleaner.js';
import { OrderConfig } from './config.js';

const name = 'order-service';
const config = loadConfig(OrderConfig);

await bootParticipant({
  name,
  config,
  queue: COMMAND_QUEUES.order,
  internal: internalRequests(name, config),
  migrations: new URL('../migrations', import.meta.url),
  keyLookups: true,
  parts: ({ database, logger }) => ({
    module: AppModule.of({ database, currency: config.CURRENCY, logger }),
    jobs: [deliveryCleaner(new DeliveriesRepository(database), logger)],
  }),
});
