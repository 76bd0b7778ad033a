import { randomUUID } from 'node:crypto';
import { vhostUrl } from '@backstitch/launcher';
import { rabbitmqManagementUrl, rabbitmqUrl } from '@backstitch/testkit';
import { type ChannelModel, connect, type ConfirmChannel, type Options } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Administrator, dropTopology, makeTopology } from './make-topology.js';
import { brokerTopology } from './topology-plan.js';

const prefix = `t${randomUUID().slice(0, 8)}_`;
const topology = brokerTopology(prefix, ['shop_events']);
const ORDERS = `${prefix}order-service`;
const PAYMENTS = `${prefix}payment-service`;
const ORCHESTRATOR = `${prefix}orchestrator`;
const REFUSED = { code: 403 };

let administrator: Administrator;
const passwordOf = (user: string) => `secret of ${user}`;
const passwords = new Map(topology.users.map((user) => [user, passwordOf(user)]));

function urlOf(user: string, vhost: string, password = passwordOf(user)): string {
  const url = new URL(vhostUrl(administrator.amqpUrl, vhost));
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return url.href;
}

const opened: ChannelModel[] = [];
async function connected(url: string): Promise<ChannelModel> {
  const connection = await connect(url);
  connection.on('error', () => undefined);
  opened.push(connection);
  return connection;
}

/** A channel of a user in a virtual host; its error is thrown by what was refused. */
async function channelOf(user: string, vhost: string): Promise<ConfirmChannel> {
  const channel = await (await connected(urlOf(user, vhost))).createConfirmChannel();
  channel.on('error', () => undefined);
  return channel;
}

/** Publishes and resolves once the broker has it. A refusal closes the channel, and is thrown. */
async function publish(
  user: string,
  vhost: string,
  to: { exchange?: string; queue: string },
  options: Options.Publish = {},
): Promise<'accepted' | 'unroutable'> {
  const channel = await channelOf(user, vhost);
  let isReturned = false;
  channel.on('return', () => (isReturned = true));
  const refused = new Promise<never>((_resolve, reject) => channel.on('error', reject));
  channel.publish(to.exchange ?? '', to.queue, Buffer.from('{}'), { mandatory: true, ...options });
  await Promise.race([channel.waitForConfirms(), refused]);
  return isReturned ? 'unroutable' : 'accepted';
}

async function depth(vhost: string, queue: string): Promise<number> {
  const channel = await (await connected(vhostUrl(administrator.amqpUrl, vhost))).createChannel();
  return (await channel.checkQueue(queue)).messageCount;
}

beforeAll(async () => {
  administrator = { managementUrl: rabbitmqManagementUrl(), amqpUrl: rabbitmqUrl() };
  await makeTopology(administrator, { topology, passwords });
}, 60_000);
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close().catch(() => undefined)));
});
afterAll(() => dropTopology(administrator, topology));

describe("the broker user of a service, here order-service's", () => {
  it.each([PAYMENTS, ORCHESTRATOR, '/'])('connects to no other virtual host: %s', async (vhost) => {
    await expect(connected(urlOf(ORDERS, vhost))).rejects.toThrow();
    await connected(urlOf(ORDERS, ORDERS));
  });

  it('does not publish to the queue of another service, by its name nor by a CC or BCC header', async () => {
    const queue = 'payment_commands';
    expect(await publish(ORDERS, ORDERS, { queue })).toBe('unroutable');
    for (const header of ['CC', 'BCC']) {
      const headers = { headers: { [header]: [queue] } };
      await publish(ORDERS, ORDERS, { queue: 'order_commands.dead' }, headers);
    }
    expect(await depth(PAYMENTS, queue)).toBe(0);
  });

  it('publishes through no exchange but the one that knows queues by their names', async () => {
    const to = { exchange: 'amq.topic', queue: 'order_commands' };
    await expect(publish(ORDERS, ORDERS, to)).rejects.toMatchObject(REFUSED);
  });

  // R86
  it('publishes events to every queue that is bound for them, and reads none', async () => {
    const to = { exchange: 'order.events', queue: 'order.placed' };
    expect(await publish(ORDERS, ORDERS, to)).toBe('accepted');
    expect(await depth(ORDERS, 'shop_events')).toBe(1);
    const reading = (await channelOf(ORDERS, ORDERS)).get('shop_events');
    await expect(reading).rejects.toMatchObject(REFUSED);
    await expect(publish(ORCHESTRATOR, ORDERS, to)).rejects.toMatchObject(REFUSED);
  });

  it('neither reads nor purges another queue, not even of its own dead letters', async () => {
    for (const queue of ['payment_commands', 'order_commands.dead']) {
      const consuming = (await channelOf(ORDERS, ORDERS)).consume(queue, () => undefined);
      await expect(consuming).rejects.toThrow(/403|404/);
      const purging = (await channelOf(ORDERS, ORDERS)).purgeQueue(queue);
      await expect(purging).rejects.toThrow(/403|404/);
    }
  });

  it('declares, binds and deletes nothing', async () => {
    const channel = () => channelOf(ORDERS, ORDERS);
    await expect((await channel()).assertQueue('own')).rejects.toMatchObject(REFUSED);
    await expect((await channel()).assertExchange('own', 'fanout')).rejects.toMatchObject(REFUSED);
    const binding = (await channel()).bindQueue('order_commands', 'amq.topic', '#');
    await expect(binding).rejects.toMatchObject(REFUSED);
    await expect((await channel()).deleteQueue('order_commands')).rejects.toMatchObject(REFUSED);
  });

  it('names no other user in a message', async () => {
    const sent = publish(
      ORDERS,
      ORDERS,
      { queue: 'order_commands.dead' },
      { userId: ORCHESTRATOR },
    );
    await expect(sent).rejects.toMatchObject({ code: 406 });
  });

  it('reads its own queue, and publishes a dead letter of it', async () => {
    await publish(ORCHESTRATOR, ORDERS, { queue: 'order_commands' }, { userId: ORCHESTRATOR });
    const channel = await channelOf(ORDERS, ORDERS);
    const message = await channel.get('order_commands', { noAck: true });
    expect(message && message.properties.userId).toBe(ORCHESTRATOR);
    expect(await publish(ORDERS, ORDERS, { queue: 'order_commands.dead' })).toBe('accepted');
  });
});

describe("the orchestrator's user of the broker", () => {
  it('sends commands, and reads replies and dead letters, and no commands', async () => {
    const channel = await channelOf(ORCHESTRATOR, PAYMENTS);
    await channel.assertQueue('orchestrator_replies.1', { durable: true, expires: 60_000 });
    await channel.get('orchestrator_replies.1');
    await channel.get('payment_commands.dead');
    const reading = (await channelOf(ORCHESTRATOR, PAYMENTS)).get('payment_commands');
    await expect(reading).rejects.toMatchObject(REFUSED);
    const deleting = (await channelOf(ORCHESTRATOR, PAYMENTS)).deleteQueue('payment_commands');
    await expect(deleting).rejects.toMatchObject(REFUSED);
  });
});

describe('the topology of the broker', () => {
  it('is made again with other passwords, and keeps the messages', async () => {
    await publish(ORCHESTRATOR, PAYMENTS, { queue: 'payment_commands' });
    const before = await depth(PAYMENTS, 'payment_commands');
    const rotated = new Map(passwords).set(PAYMENTS, 'rotated');
    await makeTopology(administrator, { topology, passwords: rotated });
    await expect(connected(urlOf(PAYMENTS, PAYMENTS))).rejects.toThrow();
    await connected(urlOf(PAYMENTS, PAYMENTS, 'rotated'));
    expect(before).toBeGreaterThan(0);
    expect(await depth(PAYMENTS, 'payment_commands')).toBe(before);
    await makeTopology(administrator, { topology, passwords });
  });
});
