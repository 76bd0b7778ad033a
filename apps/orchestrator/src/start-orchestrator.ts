import { fileURLToPath } from 'node:url';
import {
  EngineSettingsError,
  type SagaDefinitionChanged,
  SagaDefinitionError,
} from '@backstitch/saga-engine';
import {
  bootApp,
  createLogger,
  DatabaseHealth,
  INSTANCE_ID,
  internalRequests,
  loadConfig,
  openDatabase,
  requireCurrency,
  soonKnown,
  untilCurrencyKnown,
} from '@backstitch/service-kit';
import { AppModule } from './app.module.js';
import { type BackgroundWork, backgroundWork } from './background-work.js';
import { OrchestratorConfig } from './config.js';
import { UnknownQueue } from './host/brokers/brokers.client.js';
import { SagaRegistry, SagaRegistryError } from './host/registry/saga-registry.js';
import type { HostedSaga } from './host/saga-routes.js';
import { sagaStreams } from './host/streams/saga-streams.module.js';
import { SagaRuntime } from './host/saga.runtime.js';

const name = 'orchestrator';
const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

type Parts = Parameters<typeof backgroundWork>[0];

/**
 * Starts the orchestrator for these sagas, and resolves once it listens. A list or a configuration
 * that cannot work is told on stderr and ends the process with exit code 1.
 */
export async function startOrchestrator(
  sagasOf: (config: OrchestratorConfig) => readonly HostedSaga[],
): Promise<void> {
  const config = loadConfig(OrchestratorConfig);
  const logger = createLogger({ app: name, level: config.LOG_LEVEL });
  const database = openDatabase({
    url: config.DB_URL,
    name,
    logger,
    poolMax: config.DB_POOL_MAX,
    keyLookups: true,
    // A saga that cannot be recorded in good time is refused, while its caller still listens.
    statementTimeoutMs: 4_000,
  });
  const currencyKnown = untilCurrencyKnown(
    () => requireCurrency(database.pool, config.CURRENCY),
    logger,
  );
  const health = new DatabaseHealth({ url: config.DB_URL, name, logger, migrations: MIGRATIONS });
  const { hosted, sagas } = orExit(() => {
    const listed = sagasOf(config);
    const registry = new SagaRegistry(listed);
    const options = { registry, config, logger, instanceId: INSTANCE_ID };
    return { hosted: listed, sagas: new SagaRuntime(options) };
  });
  const parts = { config, logger, database, sagas };
  const work = backgroundWork(parts);
  await soonKnown(currencyKnown);
  await boot(parts, hosted, work, health);
}

async function boot(
  { config, logger, database, sagas }: Parts,
  hosted: readonly HostedSaga[],
  work: BackgroundWork,
  health: DatabaseHealth,
): Promise<void> {
  const host = { config, database, sagas, logger };
  const streams = sagaStreams(config, sagas, logger);
  const routes = hosted.flatMap((saga) => saga.routes?.(host) ?? []);
  const bodyBytesMaxAt = Object.assign({}, ...hosted.map((saga) => saga.bodyBytesMaxAt ?? {}));
  const access = hosted.flatMap((saga) => saga.access ?? []);
  await bootApp({
    name,
    module: AppModule.of({ ...host, routes, streams, forOperators: work.forOperators }),
    config,
    logger,
    limits: { bodyBytesMaxAt },
    internal: internalRequests(name, config, access),
    configure: async () => {
      // Else the first row of a day without a partition would go to the default one, and stay there.
      await work.logDays.make();
      sagas.start(exitForChange);
      work.start();
    },
    readiness: () => [health, { name: 'engine', check: () => must(sagas.whyNothingCanBegin()) }],
    dependencies: () => [
      { name: 'broker', check: () => must(sagas.whyBrokerIsAway()) },
      { name: 'consumers', check: () => must(sagas.whyRepliesAreAway()) },
      { name: 'dead-letters', check: () => must(work.deadLetters.whyNotStoring()) },
    ],
    drain: () => ({
      first: [
        {
          name: 'event streams',
          run: () => {
            streams.streams.close();
            return streams.watch.idle();
          },
        },
        ...work.stopping.first,
        {
          name: 'sagas',
          run: () => {
            for (const one of routes) one.close?.();
            return sagas.giveUp();
          },
        },
        ...work.stopping.last,
      ],
      last: [
        { name: 'broker and store', run: () => sagas.close() },
        { name: 'database', run: () => database.close() },
        { name: 'health', run: () => health.close() },
      ],
    }),
  });
}

/** Ends the process for what the configuration or the list of sagas has wrong. */
function orExit<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    const isConfigured =
      error instanceof SagaDefinitionError ||
      error instanceof EngineSettingsError ||
      error instanceof UnknownQueue;
    if (!isConfigured && !(error instanceof SagaRegistryError)) throw error;
    const what = isConfigured
      ? 'The configuration is not valid'
      : 'The orchestrator does not start';
    process.stderr.write(`${what}:\n${error.message}\n`);
    return process.exit(1);
  }
}

/** A saga under way could otherwise end without one of its undos. */
function exitForChange(why: SagaDefinitionChanged): never {
  process.stderr.write(
    `The orchestrator does not start, and nothing was changed:\n${why.message}\n` +
      'Sagas may be under way that began with it as it was. Raise the version of the definition, and ' +
      'keep the old definition beside the new one until its last saga has ended.\n',
  );
  process.exit(1);
}

function must(whyNot: string | undefined): void {
  if (whyNot !== undefined) throw new Error(whyNot);
}
