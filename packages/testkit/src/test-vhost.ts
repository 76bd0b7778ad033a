import { randomUUID } from 'node:crypto';
import { ManagementClient, vhostUrl, waitFor } from '@backstitch/launcher';
import { connect, type ChannelModel, type GetMessage, type Options } from 'amqplib';
import { rabbitmqManagementUrl, rabbitmqUrl } from './servers.js';

export interface QueueCounts {
  /** Ready messages; what was delivered and not yet acknowledged is not among them. */
  messages: number;
  consumers: number;
}

/** A virtual host for one test alone on the broker of TEST_RABBITMQ_URL. */
export interface TestVhost {
  url: string;
  managementUrl: string;
  name: string;
  /** Live counts, not the management API's samples. Undefined when there is no such queue. */
  queue(name: string): Promise<QueueCounts | undefined>;
  deleteQueue(name: string): Promise<void>;
  publish(queue: string, body: Buffer, properties?: Options.Publish): Promise<void>;
  /** Takes one message off the queue, waiting for it to arrive. */
  take(queue: string): Promise<GetMessage>;
  /** Closes, by the management API, the connections whose client-given name matches. */
  closeConnections(name?: RegExp): Promise<number>;
  /** A call of the management API below /api; answers its JSON, or undefined when empty. */
  management<T>(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
  drop(): Promise<void>;
}

export async function testVhost(name: string): Promise<TestVhost> {
  const vhost = `test_${name}_${randomUUID().slice(0, 8)}`;
  const client = new ManagementClient(rabbitmqManagementUrl(), rabbitmqUrl());
  await client.makeVhost(vhost);
  const url = vhostUrl(rabbitmqUrl(), vhost);
  const observer = new Observer(url);
  return {
    url,
    managementUrl: client.url,
    name: vhost,
    queue: (queue) => observer.counts(queue),
    deleteQueue: (queue) => observer.deleteQueue(queue),
    publish: (queue, body, properties) => observer.publish(queue, body, properties),
    take: (queue) => observer.take(queue),
    closeConnections: (pattern) => closeConnections(client, vhost, pattern),
    management: (method, path, body) => client.ask(method, path, body),
    async drop() {
      await observer.close();
      await client.dropVhost(vhost);
    },
  };
}

const OBSERVER_NAME = 'testkit observer';

/** The test's own connection, apart from the one under test. */
class Observer {
  private connection: Promise<ChannelModel> | undefined;

  constructor(private readonly url: string) {}

  async counts(queue: string): Promise<QueueCounts | undefined> {
    // A passive declare of a missing queue closes its channel, so each question has its own.
    const connection = await this.connected();
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    try {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      await channel.close();
      return { messages: messageCount, consumers: consumerCount };
    } catch (error) {
      if (String(error).includes('NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async deleteQueue(queue: string): Promise<void> {
    const channel = await (await this.connected()).createChannel();
    await channel.deleteQueue(queue);
    await channel.close();
  }

  async publish(queue: string, body: Buffer, properties: Options.Publish = {}): Promise<void> {
    const channel = await (await this.connected()).createConfirmChannel();
    channel.sendToQueue(queue, body, { persistent: true, ...properties });
    await channel.waitForConfirms();
    await channel.close();
  }

  async take(queue: string): Promise<GetMessage> {
    const channel = await (await this.connected()).createChannel();
    try {
      return await waitFor(`a message in ${queue}`, () => channel.get(queue, { noAck: true }));
    } finally {
      await channel.close();
    }
  }

  async close(): Promise<void> {
    await (await this.connection)?.close();
  }

  private connected(): Promise<ChannelModel> {
    this.connection ??= connect(this.url, {
      noDelay: true,
      clientProperties: { connection_name: OBSERVER_NAME },
    });
    return this.connection;
  }
}

interface ConnectionInfo {
  name: string;
  user_provided_name?: string;
  client_properties?: { connection_name?: string };
}

async function closeConnections(
  client: ManagementClient,
  vhost: string,
  pattern: RegExp = /./,
): Promise<number> {
  const listed = await client.ask<ConnectionInfo[]>('GET', `/vhosts/${vhost}/connections`);
  const chosen = listed.filter((connection) => {
    const given =
      connection.user_provided_name ?? connection.client_properties?.connection_name ?? '';
    return given !== OBSERVER_NAME && pattern.test(given);
  });
  for (const { name } of chosen) {
    await client.ask('DELETE', `/connections/${encodeURIComponent(name)}`);
  }
  return chosen.length;
}
