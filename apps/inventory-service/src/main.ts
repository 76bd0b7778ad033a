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
  soonKnown,
  untilCurrencyKnown,
} from '@backstitch/service-kit';
import { COMMAND_QUEUES, currencyDigits } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { InventoryConfig } from './config.js';
import { requirePriceRule } from './database/price-rule.repository.js';
import { HoldArchive } from './stock/hold-archive.repository.js';
import { HoldArchiver } from './stock/hold.archiver.js';
import { HoldSweeper } from './stock/hold.sweeper.js';
import { STOCK_CONNECTIONS, StockRepository } from './stock/stock.repository.js';

const name = 'inventory-service';
const config = loadConfig(InventoryConfig);
const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const database = openDatabase({
  url: config.DB_URL,
  name,
  logger,
  poolMax: config.DB_POOL_MAX,
});
const stockDatabase = openDatabase({
  url: config.DB_URL,
  name,
  logger,
  poolMax: STOCK_CONNECTIONS,
  keyLookups: true,
  poolName: 'stock',
});
const stock = new StockRepository(stockDatabase, {
  digits: currencyDigits(config.CURRENCY),
  keptDays: config.HOLD_RETENTION_DAYS,
});
const sweeper = new HoldSweeper({ stock, logger, intervalMs: config.SWEEP_INTERVAL_MS });
const archive = new HoldArchive(database, config.HOLD_RETENTION_DAYS);
const archiver = new HoldArchiver({ archive, logger });
const currencyKnown = untilCurrencyKnown(
  () => requirePriceRule(database.pool, config.CURRENCY),
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
const queue = COMMAND_QUEUES.inventory;
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
  module: AppModule.of({
    database,
    stock,
    currency: config.CURRENCY,
    ttlSeconds: config.RESERVATION_TTL_SECONDS,
    logger,
  }),
  config,
  logger,
  configure: (app) => {
    broker.connect();
    app.connectMicroservice({ strategy: commands });
    void currencyKnown.then(() => {
      sweeper.start();
      archiver.start();
    });
  },
  readiness: () => [health],
  dependencies: () => participantDependencies({ queue, broker, commands }),
  drain: () => ({
    first: [
      { name: 'sweeper', run: () => sweeper.stop() },
      { name: 'archiver', run: () => archiver.stop() },
    ],
    last: [
      { name: 'broker', run: () => broker.close() },
      { name: 'stock', run: () => stockDatabase.close() },
      { name: 'database', run: () => database.close() },
      { name: 'health', run: () => health.close() },
    ],
  }),
});
