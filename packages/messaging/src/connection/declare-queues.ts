import type { Channel, ChannelModel } from 'amqplib';
import type { BrokerLogger } from './logger.js';
import type { QueueDeclaration } from './topology.js';

const PRECONDITION_FAILED = 406;
const NOT_FOUND = 404;

/**
 * Declares the queues. A queue that exists with other arguments (the queue type was changed) is
 * used as it is, and an error is logged: a failure here would not change the queue.
 */
export async function declareQueues(
  connection: ChannelModel,
  declarations: readonly QueueDeclaration[],
  logger: BrokerLogger,
): Promise<void> {
  for (const { name, options } of declarations) {
    try {
      await onOwnChannel(connection, (channel) => channel.assertQueue(name, options));
    } catch (error) {
      if ((error as { code?: number }).code !== PRECONDITION_FAILED) throw error;
      const why = (error as Error).message;
      logger.error({ queue: name, why }, 'queue exists with other arguments; used as it is');
    }
  }
}

/** For an app that may not declare queues. Throws, naming the queue, when one is missing. */
export async function requireQueues(
  connection: ChannelModel,
  declarations: readonly QueueDeclaration[],
): Promise<void> {
  for (const { name } of declarations) {
    if (await queueExists(connection, name)) continue;
    throw new Error(`there is no queue ${name}, and this app does not declare it (QUEUES=check)`);
  }
}

export async function queueExists(connection: ChannelModel, queue: string): Promise<boolean> {
  try {
    await onOwnChannel(connection, (channel) => channel.checkQueue(queue));
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return false;
    throw error;
  }
}

/** A refused declaration closes its channel, so it must have a separate one. */
async function onOwnChannel<T>(
  connection: ChannelModel,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  const result = await work(channel);
  await channel.close();
  return result;
}
