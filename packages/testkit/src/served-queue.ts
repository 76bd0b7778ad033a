import { waitFor } from '@backstitch/launcher';
import { QueueClient } from './queue-client.js';
import { testVhost, type TestVhost } from './test-vhost.js';

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
  const client = await QueueClient.connect(vhost.url);
  await waitFor(`${queue} to be consumed`, () => {
    server.check();
    return true;
  });
  return {
    vhost,
    async ask(pattern, data, saga) {
      const reply = await client.call(queue, pattern, data, saga);
      return 'response' in reply ? reply.response : reply.err;
    },
    async close() {
      await client.close();
      await server.close();
      await vhost.drop();
    },
  };
}
