import { ORDER_EVENTS_EXCHANGE } from '@backstitch/event-contracts';
import { deadLetterQueueOf, SIGNAL_QUEUE } from '@backstitch/shared-types';
import { PARTICIPANTS } from '../apps/apps.js';

/** What a user of the broker may do in one virtual host: patterns of names, as RabbitMQ has them. */
interface Permission {
  user: string;
  vhost: string;
  configure: string;
  write: string;
  read: string;
}

/** A virtual host, with what is declared in it. */
interface VhostPlan {
  name: string;
  queues: readonly string[];
  /** A durable topic exchange for events. */
  eventsExchange?: string;
  /** Queues that get every event. */
  eventQueues?: readonly string[];
}

export interface BrokerTopology {
  vhosts: readonly VhostPlan[];
  users: readonly string[];
  permissions: readonly Permission[];
}

const ORCHESTRATOR = 'orchestrator';
const NOTHING = '^$';
/** Commands and replies go to queues by their names, which is this exchange to RabbitMQ. */
const QUEUES_BY_NAME = '^amq\\.default$';
const QUEUES_AND_EVENTS = `^(amq\\.default|${ORDER_EVENTS_EXCHANGE.replaceAll('.', '\\.')})$`;
/** Which service publishes events, by which exchange. */
const EVENTS = { service: 'order-service', exchange: ORDER_EVENTS_EXCHANGE } as const;
/** Which service tells sagas what happened, by which queue. */
const SIGNALS = { service: 'payment-service', queue: SIGNAL_QUEUE } as const;
const REPLY_QUEUES = `${ORCHESTRATOR}_replies\\..*`;

/**
 * A virtual host for each participant, and a user for each app. A participant reads its own queue
 * and publishes in its own virtual host, so it reaches no other participant. The orchestrator
 * reads replies and dead letters, and no commands. `eventQueues` get all events: who reads them, has a user
 * of its own. Pure.
 */
export function brokerTopology(prefix = '', eventQueues: readonly string[] = []): BrokerTopology {
  const orchestrator = prefix + ORCHESTRATOR;
  return {
    vhosts: PARTICIPANTS.map(({ name, commandQueue }) => ({
      name: prefix + name,
      queues: [
        commandQueue,
        deadLetterQueueOf(commandQueue),
        ...(name === SIGNALS.service ? [SIGNALS.queue] : []),
      ],
      ...(name === EVENTS.service && { eventsExchange: EVENTS.exchange, eventQueues }),
    })),
    users: [...PARTICIPANTS.map(({ name }) => prefix + name), orchestrator],
    permissions: PARTICIPANTS.flatMap(({ name, commandQueue }): Permission[] => {
      const dead = deadLetterQueueOf(commandQueue).replaceAll('.', '\\.');
      const vhost = prefix + name;
      return [
        {
          vhost,
          user: prefix + name,
          configure: NOTHING,
          write: name === EVENTS.service ? QUEUES_AND_EVENTS : QUEUES_BY_NAME,
          read: `^${commandQueue}$`,
        },
        {
          vhost,
          write: QUEUES_BY_NAME,
          user: orchestrator,
          configure: `^${REPLY_QUEUES}$`,
          read: `^(${REPLY_QUEUES}|${dead}${name === SIGNALS.service ? `|${SIGNALS.queue}` : ''})$`,
        },
      ];
    }),
  };
}

/** RABBITMQ_VHOSTS of the orchestrator. Pure. */
export function vhostsVariable(prefix = ''): string {
  return PARTICIPANTS.map(({ name, commandQueue }) => `${commandQueue}=${prefix}${name}`).join(',');
}

/** The variable that has the password of a user: order-service → ORDER_SERVICE_RABBITMQ_PASSWORD. */
export function brokerPasswordVariable(user: string): string {
  return `${user.toUpperCase().replaceAll('-', '_')}_RABBITMQ_PASSWORD`;
}

/** The passwords of the users by these variables, and the variables that are missing. Pure. */
export function givenPasswords(
  users: readonly string[],
  env: NodeJS.ProcessEnv,
): { passwords: ReadonlyMap<string, string>; missing: string[] } {
  const entries = users.map((user) => [user, env[brokerPasswordVariable(user)]?.trim()] as const);
  return {
    passwords: new Map(entries.flatMap(([user, password]) => (password ? [[user, password]] : []))),
    missing: entries.flatMap(([user, password]) =>
      password ? [] : [brokerPasswordVariable(user)],
    ),
  };
}
