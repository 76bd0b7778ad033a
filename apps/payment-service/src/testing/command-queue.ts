import { Broker, CommandClient, RabbitCommandServer } from '@backstitch/messaging';
import { AppConfig, createApp, createLogger } from '@backstitch/service-kit';
import { newUuid, type ReplyPacket, type SagaTag } from '@backstitch/shared-types';
import { testVhost, waitFor } from '@backstitch/testkit';
import type { DynamicModule } from '@nestjs/common';

/** The app's module serving a queue on a vhost of one's own, and somebody who asks it. */
export async function servedQueue(queue: string, module: DynamicModule) {
  const logger = createLogger({ app: 'test', level: 'silent' });
  const vhost = await testVhost(queue);
  const broker = new Broker({ urls: [vhost.url], name: 'test', logger });
  const strategy = new RabbitCommandServer({ broker, queue });
  const app = await createApp({ name: 'test', module, config: new AppConfig(), logger });
  app.connectMicroservice({ strategy });
  broker.connect();
  await app.startAllMicroservices();
  const replies = new Map<string, ReplyPacket>();
  const client = new CommandClient({
    broker,
    replyQueuePrefix: 'test',
    onReply: async (id, reply) => void replies.set(id, reply),
    onReplyQueueReplaced: () => undefined,
  });
  client.start();
  await broker.ready();
  await waitFor('the reply queue', () => client.consumerStatus().state === 'attached');
  await waitFor('the consumer', () => strategy.consumerStatus().state === 'attached');
  return {
    vhost,
    /** Sends a command and waits for its reply: the response, or the error as it travelled. */
    async ask(pattern: string, data: unknown, saga?: SagaTag): Promise<unknown> {
      const id = newUuid();
      await client.send(queue, { pattern, data, ...(saga && { saga }) }, id);
      const reply = await waitFor(`the reply to ${pattern}`, () => replies.get(id));
      return 'response' in reply ? reply.response : reply.err;
    },
    async close() {
      await client.close();
      await app.close();
      await broker.close();
      await vhost.drop();
    },
  };
}

export type ServedQueue = Awaited<ReturnType<typeof servedQueue>>;
