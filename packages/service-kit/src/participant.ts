import { type Database, databaseFault } from '@backstitch/database';
import type { HealthCheck } from './health-check.js';
import { exposeCounters, exposeGauge } from './metrics.js';

/** The parts of a broker and of a command server that are used here; this file knows no AMQP. */
interface BrokerLike {
  status(): { publish: string; consume: string; why?: string };
}

interface CommandsLike {
  consumerStatus(): { state: string; why?: string };
}

/** A server of the commands of a queue. */
export interface Participant {
  queue: string;
  broker: BrokerLike;
  commands: CommandsLike;
}

/** Up when both connections to the broker are up, and when the queue is read. */
export function participantDependencies({ queue, broker, commands }: Participant): HealthCheck[] {
  return [
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

/** The metrics of a broker and of the consumer of a queue. */
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
