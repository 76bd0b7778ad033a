import { Broker, type CommandTrouble, RabbitCommandServer } from '@backstitch/messaging';
import type { Database } from '@backstitch/database';
import { brokerTimings } from '../broker-metrics.js';
import type { ParticipantConfig } from '../config/app-config.js';
import { reachedFaultPoint } from '../fault-point.js';
import type { Logger } from '../logger.js';
import { pauseWhileAway } from '../participant.js';

export interface CommandServerParts {
  /** Shown by the broker as the name of the connections. */
  name: string;
  config: Pick<
    ParticipantConfig,
    'rabbitmqUrls' | 'QUEUE_TYPE' | 'QUEUES' | 'sentAs' | 'needsSaga' | 'acceptsSender'
  >;
  logger: Logger;
  queue: string;
  /** While it is away, messages wait in the queue. */
  database: Database;
  /** Commands served at once, and deliveries in hand at once [those of messaging]. */
  prefetch?: number | undefined;
  /** Nothing is consumed before this has resolved; it never rejects [at once]. */
  startAfter?: Promise<void>;
  /** Trouble on purpose [none]. */
  trouble?: CommandTrouble | undefined;
}

/** The broker of a participant and the server of its queue; neither is connected yet. */
export function commandServer(parts: CommandServerParts) {
  const { name, config, logger, queue, database, prefetch, startAfter, trouble } = parts;
  const broker = new Broker({
    urls: config.rabbitmqUrls,
    name,
    logger,
    queueType: config.QUEUE_TYPE,
    queueSetup: config.QUEUES,
    // It sees no other queues where each participant has a virtual host.
    ...(config.QUEUES === 'check' && { queues: [queue] }),
    userId: config.sentAs,
    reached: reachedFaultPoint,
    observer: brokerTimings,
  });
  const commands = new RabbitCommandServer({
    broker,
    queue,
    ...(prefetch !== undefined && { prefetch, deliveriesMax: prefetch }),
    pauseOn: pauseWhileAway(database),
    needsSaga: (pattern) => config.needsSaga(pattern),
    acceptsSender: (pattern, userId) => config.acceptsSender(pattern, userId),
    ...(startAfter && { startAfter }),
    ...(trouble && { trouble }),
  });
  return { broker, commands };
}
