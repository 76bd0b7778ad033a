import { waitFor } from '@backstitch/testkit';
import type { Channel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommandServer } from '../consume/command-server.js';
import { BrokerAway } from './errors.js';
import { QueueInspector } from './queue-inspector.js';
import { attached, openTestBroker, type TestBroker } from '../testing/test-broker.js';

describe('a look at queues', () => {
  let testBroker: TestBroker;
  beforeEach(async () => {
    testBroker = await openTestBroker('look');
  });
  afterEach(() => testBroker.close());

  it('counts the consumers of a queue, and answers nothing where there is no queue', async () => {
    const broker = await testBroker.broker({ queues: ['read', 'unread'] });
    const servers = [1, 2].map(() => {
      const handlerOf = () => () => Promise.resolve(undefined);
      const server = new CommandServer({ broker, queue: 'read' }, { handlerOf });
      server.start();
      return server;
    });
    for (const server of servers) await attached({ consumerStatus: () => server.status() });
    const look = new QueueInspector(broker, ['gone', 'read', 'unread']);
    const unread = { messages: 0, consumers: 0 };
    expect(await look.look()).toEqual([undefined, { messages: 0, consumers: 2 }, unread]);
    await Promise.all(servers.map((server) => server.close(1_000)));
    expect(await look.look()).toEqual([undefined, unread, unread]);
  });

  it('counts the messages that lie in a queue', async () => {
    const broker = await testBroker.broker({ queues: ['read'] });
    const look = new QueueInspector(broker, ['read', 'read.dead']);
    for (const queue of ['read', 'read.dead', 'read.dead']) {
      await testBroker.vhost.publish(queue, Buffer.from('x'));
    }
    await waitFor('the messages to be counted', async () => {
      const counts = await look.look();
      return counts.map((count) => count?.messages).join() === '1,2';
    });
  });

  it('opens one channel for all looks, and another one after the channel was lost', async () => {
    const broker = await testBroker.broker({ queues: ['read'] });
    const connection = broker.consumeLink.current!;
    const opened = jest.spyOn(connection, 'createChannel');
    const look = new QueueInspector(broker, ['read', 'read.dead']);
    for (let i = 0; i < 20; i += 1) await look.look();
    await Promise.all([look.look(), look.look()]);
    expect(opened).toHaveBeenCalledTimes(1);
    await ((await opened.mock.results[0]!.value) as Channel).close();
    expect(await look.look()).toHaveLength(2);
    expect(opened).toHaveBeenCalledTimes(2);
  });

  it('is refused while the broker is away', async () => {
    const broker = await testBroker.broker();
    await broker.close();
    await expect(new QueueInspector(broker, ['read']).look()).rejects.toBeInstanceOf(BrokerAway);
  });
});
