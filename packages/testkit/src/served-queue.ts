import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { testVhost, type TestVhost } from './test-vhost.js';
import { waitFor } from '@backstitch/launcher';

/** Something that serves a queue of a broker. */
export interface QueueServer {
  /** Throws while it does not consume the queue yet. */
  check(): void;
  close(): Promise<void>;
}

export interface ServedQueue {
  vhost: TestVhost;
  /**
   * Sends a command and waits for its reply: the response, or the error as the reply has it. `saga`
   * is put beside `data`, as a saga's command has it.
   */
  ask(pattern: string, data: unknown, saga?: object): Promise<unknown>;
  close(): Promise<void>;
}

interface Reply {
  response?: unknown;
  err?: unknown;
}

/**
 * A queue of a virtual host of its own, served as `serve` does, and a client that asks it. The
 * client is a stock one: it sends NestJS packets, one a message, and reads plain replies.
 */
export async function servedQueue(
  queue: string,
  serve: (brokerUrl: string) => Promise<QueueServer>,
): Promise<ServedQueue> {
  const vhost = await testVhost(queue);
  const server = await serve(vhost.url);
  const connection = await connect(vhost.url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
  const replies = new Map<string, Reply>();
  await channel.consume(
    replyTo,
    (message) => {
      const id: unknown = message?.properties.correlationId;
      if (message && typeof id === 'string')
        replies.set(id, JSON.parse(message.content.toString()));
    },
    { noAck: true },
  );
  await waitFor(`${queue} to be consumed`, () => {
    server.check();
    return true;
  });
  return {
    vhost,
    async ask(pattern, data, saga) {
      const id = randomUUID();
      const packet = { pattern, data, id, ...(saga && { saga }) };
      const properties = { persistent: true, mandatory: true, replyTo, correlationId: id };
      channel.sendToQueue(queue, Buffer.from(JSON.stringify(packet)), properties);
      await channel.waitForConfirms();
      const reply = await waitFor(`the reply to ${pattern}`, () => replies.get(id));
      return 'response' in reply ? reply.response : reply.err;
    },
    async close() {
      await connection.close();
      await server.close();
      await vhost.drop();
    },
  };
}
