import 'reflect-metadata';
import type { Database } from '@backstitch/database';
import { loadConfig, type Logger, openDatabase, reachedFaultPoint } from '@backstitch/service-kit';
import { bootParticipant, type ParticipantParts } from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES, currencyDigits } from '@backstitch/shared-types';
import { AppModule } from './app.module.js';
import { BankRepository } from './bank/bank.repository.js';
import { SimulatedBank } from './bank/bank.provider.js';
import { IntentRepository } from './bank/intents.repository.js';
import { SimulatedIntents } from './bank/intents.provider.js';
import { PaymentConfig } from './config.js';
import { paymentParts } from './payment-parts.js';
import { TimedIntents, TimedProvider } from './payment/timed-provider.js';

const config = loadConfig(PaymentConfig);
const digits = currencyDigits(config.CURRENCY);

await bootParticipant({
  name: 'payment-service',
  config,
  queue: COMMAND_QUEUES.payment,
  migrations: new URL('../migrations', import.meta.url),
  keyLookups: true,
  // A payment mostly waits for the bank, so its concurrency is higher than others. That holds also
  // when each comes in a message of its own, as while the bank lets one go at a time.
  prefetch: 300,
  parts,
});

function parts({ database, logger }: { database: Database; logger: Logger }): ParticipantParts {
  // The bank is another company, although its ledger is on the same server.
  const bankDatabase = openDatabase({
    url: config.DB_URL,
    name: 'simulated bank',
    logger,
    poolMax: config.BANK_POOL_MAX,
    keyLookups: true,
  });
  const bank = simulatedBank(bankDatabase);
  const { handlers, recovery, attemptRecovery } = paymentParts({
    database,
    provider: new TimedProvider(bank),
    intents: new TimedIntents(
      new SimulatedIntents(bank, new IntentRepository(bankDatabase, digits), digits),
    ),
    currency: config.CURRENCY,
    logger,
    reached: reachedFaultPoint,
    recovery: {
      afterSeconds: config.RECOVERY_AFTER_SECONDS,
      intervalMs: config.RECOVERY_INTERVAL_MS,
    },
  });
  return {
    module: AppModule.of(handlers),
    jobs: [recovery.job, attemptRecovery.job],
    databases: { bank: bankDatabase },
  };
}

function simulatedBank(database: Database): SimulatedBank {
  return new SimulatedBank(new BankRepository(database, digits), {
    failureRate: config.PAYMENT_FAILURE_RATE,
    softDeclineRate: config.PAYMENT_SOFT_DECLINE_RATE,
    latencyMs: config.PAYMENT_LATENCY_MS,
    errorRate: config.BANK_ERROR_RATE,
    lostAnswerRate: config.BANK_LOST_ANSWER_RATE,
    answerTimeoutMs: config.BANK_ANSWER_TIMEOUT_MS,
  });
}
