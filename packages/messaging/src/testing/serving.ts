import { waitFor } from '@backstitch/testkit';
import type { CommandPacket } from '@backstitch/shared-types';
import type { Broker, BrokerOptions } from '../connection/broker.js';
import { CommandServer, type CommandServerOptions } from '../consume/command-server.js';
import { bodyOf, openTestBroker, type TestBroker } from './test-broker.js';

export const QUEUE = 'things_commands';
export const DEAD = `${QUEUE}.dead`;
export const REPLIES = 'asker';

export type Handlers = Record<string, (packet: CommandPacket) => unknown>;

export interface Serving {
  testBroker: TestBroker;
  broker: Broker;
  server: CommandServer;
  /** The commands that the handlers got, in order. */
  served: CommandPacket[];
  ask(packet: unknown, replyTo?: string): Promise<void>;
  /** Sends a command without a reply queue. */
  tell(packet: unknown, headers?: object): Promise<void>;
  answer(): Promise<{ response?: unknown; err?: object; id?: unknown }>;
  cut(use: 'publish' | 'consume'): Promise<void>;
  untilAttached(): Promise<void>;
  /**
   * Expects that every delivery was acknowledged: the queue is empty after the server is closed.
   */
  expectAllAcknowledged(): Promise<void>;
}

/**
 * A command server in its own virtual host, attached to its queue. `echo` answers with its data.
 */
export async function serving(
  handlers: Handlers = {},
  options: Partial<CommandServerOptions> = {},
  reached?: BrokerOptions['reached'],
  ofBroker: Partial<BrokerOptions> = {},
): Promise<Serving> {
  const testBroker = await openTestBroker('server');
  const { vhost } = testBroker;
  const broker = await testBroker.broker({
    queues: [QUEUE, REPLIES],
    name: 'server',
    ...(reached ? { reached } : {}),
    ...ofBroker,
  });
  const served: CommandPacket[] = [];
  const all: Handlers = { echo: ({ data }) => data, ...handlers };
  const handlerOf = (packet: CommandPacket) => {
    const handler = Object.hasOwn(all, packet.pattern) ? all[packet.pattern] : undefined;
    if (!handler) return undefined;
    return async () => {
      served.push(packet);
      return handler(packet);
    };
  };
  const server = new CommandServer({ broker, queue: QUEUE, ...options }, { handlerOf });
  server.start();
  testBroker.closes(() => server.close(2_000));
  const untilAttached = async () => {
    await waitFor('the consumer to be attached', () => server.status().state === 'attached');
  };
  await untilAttached();
  return {
    testBroker,
    broker,
    server,
    served,
    untilAttached,
    ask: (packet, replyTo = REPLIES) =>
      vhost.publish(QUEUE, bodyOf(packet), { replyTo, correlationId: 'c1' }),
    tell: (packet, headers = {}) => vhost.publish(QUEUE, bodyOf(packet), { headers }),
    answer: async () => JSON.parse(String((await vhost.take(REPLIES)).content)),
    async cut(use) {
      // The management API lists a connection up to five seconds late.
      const isCut = async () => (await vhost.closeConnections(new RegExp(`^server ${use}$`))) > 0;
      await waitFor(`the ${use} connection to be cut`, isCut, { timeoutMs: 40_000 });
    },
    async expectAllAcknowledged() {
      await waitFor('nothing to be in flight', () => server.status().inFlight === 0);
      await server.close(2_000);
      const left = await vhost.queue(QUEUE);
      if (left?.messages !== 0) throw new Error(`left in the queue: ${JSON.stringify(left)}`);
    },
  };
}
