import type { TestVhost } from '@backstitch/testkit';
import { bodyOf } from './test-broker.js';
import { QUEUE, REPLIES } from './serving.js';

interface Reply {
  id?: unknown;
  response?: unknown;
  err?: { code: string };
}

/** A client that sends and receives batches, as any RabbitMQ library could. */
export interface BatchingClient {
  ask(packets: readonly unknown[], headers?: object, replyTo?: string): Promise<void>;
  tell(packets: readonly unknown[]): Promise<void>;
  /** Reads messages until it has this number of replies; a reply outside of a batch is an error. */
  answers(count: number): Promise<Reply[]>;
}

export function batchingClient(vhost: TestVhost): BatchingClient {
  return {
    ask: (packets, headers = {}, replyTo = REPLIES) =>
      vhost.publish(QUEUE, bodyOf(packets), { replyTo, headers }),
    tell: (packets) => vhost.publish(QUEUE, bodyOf(packets)),
    async answers(count) {
      const replies: Reply[] = [];
      while (replies.length < count) {
        const { content, properties } = await vhost.take(REPLIES);
        const batch: unknown = JSON.parse(content.toString());
        if (!Array.isArray(batch)) throw new Error(`not in a batch: ${content.toString()}`);
        if (properties.correlationId !== undefined) throw new Error('a batch answers no single id');
        replies.push(...(batch as Reply[]));
      }
      return replies;
    },
  };
}
