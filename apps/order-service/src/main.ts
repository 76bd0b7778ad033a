import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { Broker, RabbitCommandServer } from '@backstitch/messaging';
import {
  bootApp,
  brokerTimings,
  createLogger,
  exposeBroker,
  exposeBrokerLoad,
  loadConfig,
  openDatabase,
  participantReadiness,
  pauseWhileAway,
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
  observer: brokerTimings,
});
const queue = COMMAND_QUEUES.order;
const commands = new RabbitCommandServer({
  broker,
  queue,
  pauseOn: pauseWhileAway(database),
});
exposeBroker(broker, commands);
exposeBrokerLoad(broker);
const migrations = fileURLToPath(new URL('../migrations', import.meta.url));

await bootApp({
  name,
  module: AppModule.of({ database, currency: config.CURRENCY, logger }),
  config,
  logger,
  configure: (app) => {
    broker.connect();
    app.connectMicroservice({ strategy: commands });
  },
  readiness: () => participantReadiness({ name, queue, migrations, database, broker, commands }),
  drain: () => ({
    last: [
      { name: 'broker', run: () => broker.close() },
      { name: 'database', run: () => database.close() },
    ],
  }),
});
