import { ManagementClient } from '@backstitch/launcher';
import type { BrokerTopology } from './topology-plan.js';

export interface TopologyOptions {
  topology: BrokerTopology;
  passwords: ReadonlyMap<string, string>;
  queueType?: 'classic' | 'quorum';
}

/** At this address, and as the administrator of this AMQP address. */
export interface Administrator {
  managementUrl: string;
  amqpUrl: string;
}

/**
 * Makes the virtual hosts, their queues, and the users with their rights, by the management API.
 * Safe to repeat: then it changes passwords and sets the rights again. Messages stay.
 */
export async function makeTopology(
  { managementUrl, amqpUrl }: Administrator,
  { topology, passwords, queueType = 'classic' }: TopologyOptions,
): Promise<void> {
  const client = new ManagementClient(managementUrl, amqpUrl);
  const queueOptions = {
    durable: true,
    auto_delete: false,
    arguments: queueType === 'quorum' ? { 'x-queue-type': 'quorum' } : {},
  };
  for (const { name, queues, eventsExchange, eventQueues = [] } of topology.vhosts) {
    await client.makeVhost(encodeURIComponent(name));
    for (const queue of [...queues, ...eventQueues]) {
      await client.ask('PUT', path('queues', name, queue), queueOptions);
    }
    if (eventsExchange === undefined) continue;
    const exchangeOptions = { type: 'topic', durable: true, auto_delete: false };
    await client.ask('PUT', path('exchanges', name, eventsExchange), exchangeOptions);
    for (const queue of eventQueues) {
      const binding = path('bindings', name, 'e', eventsExchange, 'q', queue);
      await client.ask('POST', binding, { routing_key: '#' });
    }
  }
  for (const user of topology.users) {
    await client.ask('PUT', path('users', user), { password: passwords.get(user)!, tags: '' });
  }
  for (const { user, vhost, configure, write, read } of topology.permissions) {
    await client.ask('PUT', path('permissions', vhost, user), { configure, write, read });
  }
}

/** Removes what makeTopology made, with the messages: for tests. */
export async function dropTopology(
  { managementUrl, amqpUrl }: Administrator,
  { vhosts, users }: BrokerTopology,
): Promise<void> {
  const client = new ManagementClient(managementUrl, amqpUrl);
  for (const user of users) await client.ask('DELETE', path('users', user)).catch(() => undefined);
  for (const { name } of vhosts) await client.dropVhost(name);
}

function path(...parts: readonly string[]): string {
  return `/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}
