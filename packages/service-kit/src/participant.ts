import type { Database } from './database/database.js';
import { databaseFault } from '@backstitch/database';
import { migrateCommand, migrationsOf, requireMigrations } from './database/schema-check.js';
import type { ReadinessCheck } from './health.js';
import { exposeCounters, exposeGauge } from './metrics.js';

/** What is asked of a broker and of a command server here; this room knows no AMQP. */
interface BrokerLike {
  status(): { publish: string; consume: string; why?: string };
}

interface CommandsLike {
  consumerStatus(): { state: string; why?: string };
}

/** Whatever serves commands from a queue and keeps their effects in a database. */
export interface Participant {
  /** As `pnpm --filter` knows it. */
  name: string;
  queue: string;
  /** The folder of its migrations. */
  migrations: string;
  database: Database;
  broker: BrokerLike;
  commands: CommandsLike;
}

/** Ready when the database answers and has the app's schema, both connections to the broker are up, and the queue is read. */
export function participantReadiness(participant: Participant): ReadinessCheck[] {
  const { name, queue, database, broker, commands } = participant;
  return [
    databaseReadiness({ name, database, migrations: participant.migrations }),
    {
      name: 'broker',
      check: () => {
        const { publish, consume, why } = broker.status();
        if (publish === 'up' && consume === 'up') return;
        throw new Error(why ?? `publish is ${publish}, consume is ${consume}`);
      },
    },
    {
      name: 'consumers',
      check: () => {
        const { state, why } = commands.consumerStatus();
        if (state !== 'attached') throw new Error(`${queue} is not read: ${why ?? state}`);
      },
    },
  ];
}

/** What /metrics tells about a broker and about whoever reads a queue of it. */
export function exposeBroker(
  broker: BrokerLike & { counters: Readonly<Record<string, number>> },
  consumer: CommandsLike,
): void {
  exposeCounters('broker', broker.counters);
  exposeGauge('broker_publish_up', '1 while messages can be sent', () =>
    Number(broker.status().publish === 'up'),
  );
  exposeGauge('broker_consumer_attached', '1 while the broker delivers to this process', () =>
    Number(consumer.consumerStatus().state === 'attached'),
  );
}

/** Ready when the database answers and has the app's schema. */
export function databaseReadiness(
  owner: Pick<Participant, 'name' | 'database' | 'migrations'>,
): ReadinessCheck {
  const migrations = migrationsOf(owner.migrations);
  return {
    name: 'database',
    check: async () => {
      await owner.database.probe();
      await requireMigrations(owner.database.pool, migrateCommand(owner.migrations), migrations);
    },
  };
}

/** For a command server: while the database is away, messages wait in their queue. */
export function pauseWhileAway(database: Database): {
  causedBy(error: unknown): boolean;
  recovered(): Promise<boolean>;
} {
  return {
    causedBy: (error) => databaseFault(error) === 'away',
    recovered: () => database.isAvailable(),
  };
}
