import 'reflect-metadata';
import type { Database } from '@backstitch/database';
import {
  type ChaosSettings,
  loadConfig,
  openDatabase,
  reachedFaultPoint,
} from '@backstitch/service-kit';
import {
  bootParticipant,
  type ParticipantParts,
  type ServiceParts,
} from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES, currencyDigits } from '@backstitch/shared-types';
import { AnnouncementRepository } from './announcements/announcements.repository.js';
import { announcerJob } from './announcements/announcer.relay.js';
import { AppModule } from './app.module.js';
import { BankRepository } from './bank/bank.repository.js';
import { SimulatedBank } from './bank/bank.provider.js';
import { IntentRepository } from './bank/intents.repository.js';
import { SimulatedIntents } from './bank/intents.provider.js';
import { bankKnobs, liveTerms } from './bank/live-terms.js';
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
  chaos: bankKnobs(config),
  parts,
});

function parts({ database, logger, chaos }: ServiceParts): ParticipantParts {
  // The bank is another company, although its ledger is on the same server.
  const bankDatabase = openDatabase({
    url: config.DB_URL,
    name: 'simulated bank',
    logger,
    poolMax: config.BANK_POOL_MAX,
    keyLookups: true,
  });
  const bank = simulatedBank(bankDatabase, chaos);
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
    brokerJobs: ({ publisher }) => [
      announcerJob(new AnnouncementRepository(database), publisher, {
        logger,
        intervalMs: config.ANNOUNCE_INTERVAL_MS,
      }),
    ],
    databases: { bank: bankDatabase },
  };
}

function simulatedBank(database: Database, chaos: ChaosSettings): SimulatedBank {
  const terms = liveTerms(chaos, config.BANK_ANSWER_TIMEOUT_MS);
  return new SimulatedBank(new BankRepository(database, digits), terms);
}
