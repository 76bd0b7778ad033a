import 'reflect-metadata';
import { Broker, RabbitCommandServer } from '@backstitch/messaging';
import {
  bootApp,
  createLogger,
  databaseFault,
  exposeCounters,
  loadConfig,
  openDatabase,
  reachedFaultPoint,
} from '@backstitch/service-kit';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { OrderConfig } from './config.js';

const name = 'order-service';
const config = loadConfig(OrderConfig);
const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const database = openDatabase({ url: config.DB_URL, name, logger, keyLookups: true });
const broker = new Broker({
  urls: config.rabbitmqUrls,
  name,
  logger,
  queueType: config.QUEUE_TYPE,
  reached: reachedFaultPoint,
});
const commands = new RabbitCommandServer({
  broker,
  queue: COMMAND_QUEUES.order,
  pauseOn: {
    causedBy: (error) => databaseFault(error) === 'away',
    recovered: () => database.isAvailable(),
  },
});
exposeCounters('broker', broker.counters);

await bootApp({
  name,
  module: AppModule.of({ database, currency: config.CURRENCY, logger }),
  config,
  logger,
  configure: (app) => {
    broker.connect();
    app.connectMicroservice({ strategy: commands });
  },
  readiness: () => [
    { name: 'database', check: () => database.probe() },
    { name: 'broker', check: () => requireBroker() },
    { name: 'consumers', check: () => requireConsumer() },
  ],
  drain: () => ({
    last: [
      { name: 'broker', run: () => broker.close() },
      { name: 'database', run: () => database.close() },
    ],
  }),
});

function requireBroker(): void {
  const { publish, consume, why } = broker.status();
  if (publish !== 'up' || consume !== 'up') throw new Error(why ?? `publish ${publish}`);
}

function requireConsumer(): void {
  const { state, why } = commands.consumerStatus();
  if (state !== 'attached') throw new Error(`${COMMAND_QUEUES.order}: ${why ?? state}`);
}
