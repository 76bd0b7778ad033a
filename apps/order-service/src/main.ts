import 'reflect-metadata';
import { internalRequests, loadConfig } from '@backstitch/service-kit';
import { bootParticipant } from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { DeliveriesRepository } from './delivery/deliveries.repository.js';
import { deliveryCleaner } from './delivery/delivery.cleaner.js';
import { OrderConfig } from './config.js';
import { eventsRelay } from './relay/events.relay.js';
import { OutboxRepository } from './relay/outbox.repository.js';

const name = 'order-service';
const config = loadConfig(OrderConfig);
const areEventsPublished = config.EVENTS === 'on';
const queues = config.eventQueues;

await bootParticipant({
  name,
  config,
  queue: COMMAND_QUEUES.order,
  internal: internalRequests(name, config),
  migrations: new URL('../migrations', import.meta.url),
  keyLookups: true,
  parts: ({ database, logger }) => ({
    module: AppModule.of({ database, currency: config.CURRENCY, logger, areEventsPublished }),
    jobs: [deliveryCleaner(new DeliveriesRepository(database), logger)],
    brokerJobs: (broker) =>
      areEventsPublished
        ? [eventsRelay(new OutboxRepository(database), { broker, queues, logger })]
        : [],
  }),
});
