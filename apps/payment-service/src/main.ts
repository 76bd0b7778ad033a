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
import { COMMAND_QUEUES, currencyDigits } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { BankRepository } from './bank/bank.repository.js';
import { SimulatedBank } from './bank/bank.provider.js';
import { PaymentConfig } from './config.js';
import { PaymentRecovery } from './payment/payment.recovery.js';
import { PaymentRepository } from './payment/payment.repository.js';
import { PaymentSettlement } from './payment/payment.settlement.js';
import { TimedProvider } from './payment/timed-provider.js';

const name = 'payment-service';
const config = loadConfig(PaymentConfig);
const logger = createLogger({ app: name, level: config.LOG_LEVEL });
const digits = currencyDigits(config.CURRENCY);
const url = config.DB_URL;
const poolMax = config.DB_POOL_MAX;
const database = openDatabase({ url, name, logger, poolMax, keyLookups: true });
// The bank is another house, although its book is on the same server.
const bankDatabase = openDatabase({
  url,
  name: 'simulated bank',
  logger,
  poolMax: config.BANK_POOL_MAX,
  keyLookups: true,
});
const payments = new PaymentRepository(database, config.CURRENCY, digits);
const bank = new SimulatedBank(new BankRepository(bankDatabase, digits), {
  failureRate: config.PAYMENT_FAILURE_RATE,
  latencyMs: config.PAYMENT_LATENCY_MS,
  errorRate: config.BANK_ERROR_RATE,
  lostAnswerRate: config.BANK_LOST_ANSWER_RATE,
  answerTimeoutMs: config.BANK_ANSWER_TIMEOUT_MS,
});
const settlement = new PaymentSettlement({
  payments,
  provider: new TimedProvider(bank),
  reached: reachedFaultPoint,
});
const recovery = new PaymentRecovery({
  payments,
  settlement,
  logger,
  afterSeconds: config.RECOVERY_AFTER_SECONDS,
  intervalMs: config.RECOVERY_INTERVAL_MS,
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
/**
 * A payment mostly waits for the bank, so more of them are in hand than elsewhere; also when each
 * comes by itself, as they do while the bank lets one go at a time.
 */
const prefetch = 300;
const queue = COMMAND_QUEUES.payment;
const commands = new RabbitCommandServer({
  broker,
  queue,
  prefetch,
  deliveriesMax: prefetch,
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
  module: AppModule.of({ payments, settlement, currency: config.CURRENCY, logger }),
  config,
  logger,
  configure: (app) => {
    broker.connect();
    app.connectMicroservice({ strategy: commands });
    void currencyKnown.then(() => recovery.start());
  },
  readiness: () => [health],
  dependencies: () => participantDependencies({ queue, broker, commands }),
  drain: () => ({
    first: [{ name: 'recovery', run: () => recovery.stop() }],
    last: [
      { name: 'broker', run: () => broker.close() },
      { name: 'database', run: () => database.close() },
      { name: 'health', run: () => health.close() },
      { name: 'bank', run: () => bankDatabase.close() },
    ],
  }),
});
