import { waitFor } from '@backstitch/testkit';
import type { Channel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommandServer } from '../consume/command-server.js';
import { BrokerUnavailable } from './errors.js';
import { QueueInspector } from './queue-inspector.js';
import { attached, openTestBroker, type TestBroker } from '../testing/test-broker.js';

describe('the counts of queues', () => {
  let testBroker: TestBroker;
  beforeEach(async () => {
    testBroker = await openTestBroker('inspector');
  });
  afterEach(() => testBroker.close());

  it('contain the consumers of a queue, and are undefined for a missing queue', async () => {
    const broker = await testBroker.broker({ queues: ['read', 'unread'] });
    const servers = [1, 2].map(() => {
      const handlerOf = () => () => Promise.resolve(undefined);
      const server = new CommandServer({ broker, queue: 'read' }, { handlerOf });
      server.start();
      return server;
    });
    for (const server of servers) await attached({ consumerStatus: () => server.status() });
    const inspector = new QueueInspector(broker, ['gone', 'read', 'unread']);
    const unread = { messages: 0, consumers: 0 };
    expect(await inspector.read()).toEqual([undefined, { messages: 0, consumers: 2 }, unread]);
    await Promise.all(servers.map((server) => server.close(1_000)));
    expect(await inspector.read()).toEqual([undefined, unread, unread]);
  });

  it('contain the ready messages of a queue', async () => {
    const broker = await testBroker.broker({ queues: ['read'] });
    const inspector = new QueueInspector(broker, ['read', 'read.dead']);
    for (const queue of ['read', 'read.dead', 'read.dead']) {
      await testBroker.vhost.publish(queue, Buffer.from('x'));
    }
    await waitFor('the messages to be counted', async () => {
      const counts = await inspector.read();
      return counts.map((count) => count?.messages).join() === '1,2';
    });
  });

  it('use one channel for all reads, and another one after the channel was lost', async () => {
    const broker = await testBroker.broker({ queues: ['read'] });
    const connection = broker.consumeLink.current!;
    const opened = jest.spyOn(connection, 'createChannel');
    const inspector = new QueueInspector(broker, ['read', 'read.dead']);
    for (let i = 0; i < 20; i += 1) await inspector.read();
    await Promise.all([inspector.read(), inspector.read()]);
    expect(opened).toHaveBeenCalledTimes(1);
    await ((await opened.mock.results[0]!.value) as Channel).close();
    expect(await inspector.read()).toHaveLength(2);
    expect(opened).toHaveBeenCalledTimes(2);
  });

  it('cannot be read while the broker is unavailable', async () => {
    const broker = await testBroker.broker();
    await broker.close();
    await expect(new QueueInspector(broker, ['read']).read()).rejects.toBeInstanceOf(
      BrokerUnavailable,
    );
  });
});
