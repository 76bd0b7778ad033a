import type { TestVhost } from '@backstitch/testkit';
import { bodyOf } from './test-broker.js';
import { QUEUE, REPLIES } from './serving.js';

interface Reply {
  id?: unknown;
  response?: unknown;
  err?: { code: string };
}

/** A client that frames, as any RabbitMQ library would: a list of packets, and lists of replies. */
export interface FramingClient {
  ask(packets: readonly unknown[], headers?: object, replyTo?: string): Promise<void>;
  tell(packets: readonly unknown[]): Promise<void>;
  /** Takes messages until so many replies are there; a reply that is in no frame is an error. */
  answers(count: number): Promise<Reply[]>;
}

export function framingClient(vhost: TestVhost): FramingClient {
  return {
    ask: (packets, headers = {}, replyTo = REPLIES) =>
      vhost.publish(QUEUE, bodyOf(packets), { replyTo, headers }),
    tell: (packets) => vhost.publish(QUEUE, bodyOf(packets)),
    async answers(count) {
      const replies: Reply[] = [];
      while (replies.length < count) {
        const { content, properties } = await vhost.take(REPLIES);
        const frame: unknown = JSON.parse(content.toString());
        if (!Array.isArray(frame)) throw new Error(`not in a frame: ${content.toString()}`);
        if (properties.correlationId !== undefined) throw new Error('a frame answers no single id');
        replies.push(...(frame as Reply[]));
      }
      return replies;
    },
  };
}
