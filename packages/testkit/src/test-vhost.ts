import { randomUUID } from 'node:crypto';
import { ManagementClient, vhostUrl, waitFor } from '@backstitch/launcher';
import { connect, type ChannelModel, type GetMessage, type Options } from 'amqplib';
import { rabbitmqManagementUrl, rabbitmqUrl } from './servers.js';

export interface QueueCounts {
  /** Ready messages; what was delivered and not yet acknowledged is not among them. */
  messages: number;
  consumers: number;
}

export async function testVhost(name: string): Promise<TestVhost> {
  const client = new ManagementClient(rabbitmqManagementUrl(), rabbitmqUrl());
  const vhost = new TestVhost(`test_${name}_${randomUUID().slice(0, 8)}`, client);
  await client.makeVhost(vhost.name);
  return vhost;
}

const OBSERVER_NAME = 'testkit observer';

interface ConnectionInfo {
  name: string;
  user_provided_name?: string;
  client_properties?: { connection_name?: string };
}

/** A virtual host for one test alone on the broker of TEST_RABBITMQ_URL. */
export class TestVhost {
  readonly url: string;
  readonly managementUrl: string;
  /** The test's own connection, apart from the one under test. */
  private connection: Promise<ChannelModel> | undefined;

  constructor(
    readonly name: string,
    private readonly client: ManagementClient,
  ) {
    this.url = vhostUrl(rabbitmqUrl(), name);
    this.managementUrl = client.url;
  }

  /** Live counts, not the management API's samples. Undefined when there is no such queue. */
  async queue(name: string): Promise<QueueCounts | undefined> {
    // A passive declare of a missing queue closes its channel, so each question has its own.
    const channel = await (await this.connected()).createChannel();
    channel.on('error', () => undefined);
    try {
      const { messageCount, consumerCount } = await channel.checkQueue(name);
      await channel.close();
      return { messages: messageCount, consumers: consumerCount };
    } catch (error) {
      if (String(error).includes('NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async deleteQueue(name: string): Promise<void> {
    const channel = await (await this.connected()).createChannel();
    await channel.deleteQueue(name);
    await channel.close();
  }

  async publish(queue: string, body: Buffer, properties: Options.Publish = {}): Promise<void> {
    const channel = await (await this.connected()).createConfirmChannel();
    channel.sendToQueue(queue, body, { persistent: true, ...properties });
    await channel.waitForConfirms();
    await channel.close();
  }

  /** Takes one message off the queue, waiting for it to arrive. */
  async take(queue: string): Promise<GetMessage> {
    const channel = await (await this.connected()).createChannel();
    try {
      return await waitFor(`a message in ${queue}`, () => channel.get(queue, { noAck: true }));
    } finally {
      await channel.close();
    }
  }

  /** Closes, by the management API, the connections whose client-given name matches. */
  async closeConnections(pattern: RegExp = /./): Promise<number> {
    const path = `/vhosts/${this.name}/connections`;
    const listed = await this.client.ask<ConnectionInfo[]>('GET', path);
    const chosen = listed.filter((connection) => {
      const { user_provided_name: given, client_properties: properties } = connection;
      const name = given ?? properties?.connection_name ?? '';
      return name !== OBSERVER_NAME && pattern.test(name);
    });
    for (const { name } of chosen) {
      await this.client.ask('DELETE', `/connections/${encodeURIComponent(name)}`);
    }
    return chosen.length;
  }

  /** A call of the management API below /api; answers its JSON, or undefined when empty. */
  management<T>(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return this.client.ask(method, path, body);
  }

  async drop(): Promise<void> {
    await (await this.connection)?.close();
    await this.client.dropVhost(this.name);
  }

  private connected(): Promise<ChannelModel> {
    const clientProperties = { connection_name: OBSERVER_NAME };
    this.connection ??= connect(this.url, { noDelay: true, clientProperties });
    return this.connection;
  }
}
