import { fileURLToPath } from 'node:url';
import type { Database } from '@backstitch/database';
import type { Broker } from '@backstitch/messaging';
import type { ChaosService } from '@backstitch/shared-types';
import type { DynamicModule } from '@nestjs/common';
import type { InternalRequests } from '../access/internal-requests.hook.js';
import { bootApp } from '../boot.js';
import { exposeBrokerLoad } from '../broker-metrics.js';
import { ChaosSettings } from '../chaos/chaos-settings.js';
import type { ParticipantConfig } from '../config/app-config.js';
import { DatabaseHealth } from '../database-health.js';
import { openDatabase } from '../database/open-database.js';
import type { PeriodicJob } from '../jobs/periodic-job.js';
import { createLogger, type Logger } from '../logger.js';
import { exposeBroker, participantDependencies } from '../participant.js';
import { requireCurrency, soonKnown, untilCurrencyKnown } from '../stored-currency.js';
import { commandServer } from './command-server.js';
import { commandTrouble } from './command-trouble.js';

export interface ParticipantOptions {
  /** The app's name in logs, metrics, pg_stat_activity and at the broker. */
  name: ChaosService;
  config: ParticipantConfig;
  /** The queue whose commands it serves. */
  queue: string;
  /** Which HTTP requests it serves [it has only those of health]. */
  internal?: InternalRequests;
  /** The folder of its migrations. */
  migrations: URL;
  /** Every statement of its main pool finds its rows by their keys [false]. */
  keyLookups?: boolean;
  /** Commands served at once, and deliveries in hand at once [those of messaging]. */
  prefetch?: number;
  /** The configured values of its own chaos knobs, by their ids [the usual ones]. */
  chaos?: Readonly<Record<string, number>>;
  /** What is the service's own; called once, before anything is connected. */
  parts(service: ServiceParts): ParticipantParts;
}

export interface ServiceParts {
  database: Database;
  logger: Logger;
  chaos: ChaosSettings;
}

export interface ParticipantParts {
  module: DynamicModule;
  /** Run from when the currency is known until the shutdown begins. */
  jobs?: readonly PeriodicJob[];
  /** The same, for jobs that publish. */
  brokerJobs?: (broker: Broker) => readonly PeriodicJob[];
  /** Its databases beside the main one, by name; closed at the end of the shutdown. */
  databases?: Readonly<Record<string, Database>>;
  /** Throws AnotherCurrency when the stored amounts are in another one [requireCurrency]. */
  requireCurrency?: () => Promise<void>;
}

/**
 * Starts a service that serves the commands of a queue from its own database: configuration,
 * health, metrics, the check of the stored currency, periodic jobs, and a shutdown in order.
 * Nothing is consumed before the currency is known. Returns once it listens; see bootApp.
 */
export async function bootParticipant(options: ParticipantOptions): Promise<void> {
  const { name, config, queue, keyLookups = false, prefetch } = options;
  const { DB_URL: url, DB_POOL_MAX: poolMax } = config;
  const logger = createLogger({ app: name, level: config.LOG_LEVEL });
  const database = openDatabase({ url, name, logger, poolMax, keyLookups });
  const chaos = new ChaosSettings(name, options.chaos);
  const own = options.parts({ database, logger, chaos });
  const { databases = {} } = own;
  const currencyKnown = untilCurrencyKnown(
    own.requireCurrency ?? (() => requireCurrency(database.pool, config.CURRENCY)),
    logger,
  );
  const startAfter = currencyKnown;
  const trouble = commandTrouble(name, chaos);
  const parts = { name, config, logger, queue, database, prefetch, startAfter, trouble };
  const { broker, commands } = commandServer(parts);
  const jobs = [...(own.jobs ?? []), ...(own.brokerJobs?.(broker) ?? [])];
  exposeBroker(broker, commands);
  exposeBrokerLoad(broker);
  const migrations = fileURLToPath(options.migrations);
  const health = new DatabaseHealth({ url, name, logger, migrations });

  await soonKnown(currencyKnown);
  await bootApp({
    name,
    module: own.module,
    config,
    logger,
    ...(options.internal && { internal: options.internal }),
    chaos: { settings: chaos, token: config.opsToken },
    configure: (app) => {
      broker.connect();
      app.connectMicroservice({ strategy: commands });
      void currencyKnown.then(() => jobs.forEach((job) => job.start()));
    },
    readiness: () => [health],
    dependencies: () => participantDependencies({ queue, broker, commands }),
    drain: () => ({
      first: jobs.map((job) => ({ name: job.name, run: () => job.stop() })),
      last: [
        { name: 'broker', run: () => broker.close() },
        { name: 'database', run: () => database.close() },
        { name: 'health', run: () => health.close() },
        ...Object.entries(databases).map(([name, each]) => ({ name, run: () => each.close() })),
      ],
    }),
  });
}
