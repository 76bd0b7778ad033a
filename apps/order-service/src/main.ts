import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { Broker, RabbitCommandServer } from '@backstitch/messaging';
import {
  bootApp,
  brokerTimings,
  createLogger,
  DatabaseHealth,
  exposeBroker,
  exposeBrokerLoad,
  loadConfig,
  openDatabase,
  participantDependencies,
  pauseWhileAway,
  reachedFaultPoint,
  requireCurrency,
  soonKnown,
  untilCurrencyKnown,
} from '@backstitch/service-kit';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { OrderConfig } from './config.js';

const name = 'order-service';
const config = loadConfig(OrderConfig);
const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const database = openDatabase({
  url: config.DB_URL,
  name,
  logger,
  poolMax: config.DB_POOL_MAX,
  keyLookups: true,
});
const currencyKnown = untilCurrencyKnown(
  () => requireCurrency(database.pool, config.CURRENCY),
  logger,
);
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
  needsSaga: (pattern) => config.needsSaga(pattern),
  startAfter: currencyKnown,
});
exposeBroker(broker, commands);
exposeBrokerLoad(broker);
const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const health = new DatabaseHealth({ url: config.DB_URL, name, logger, migrations });

await soonKnown(currencyKnown);
await bootApp({
  name,
  module: AppModule.of({ database, currency: config.CURRENCY, logger }),
  config,
  logger,
  configure: (app) => {
    broker.connect();
    app.connectMicroservice({ strategy: commands });
  },
  readiness: () => [health],
  dependencies: () => participantDependencies({ queue, broker, commands }),
  drain: () => ({
    last: [
      { name: 'broker', run: () => broker.close() },
      { name: 'database', run: () => database.close() },
      { name: 'health', run: () => health.close() },
    ],
  }),
});
