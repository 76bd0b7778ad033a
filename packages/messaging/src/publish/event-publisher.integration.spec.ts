import { connect, type ChannelModel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { bodyOf, openTestBroker, type TestBroker } from '../testing/test-broker.js';
import { EventPublisher } from './event-publisher.js';

let server: TestBroker;
let connection: ChannelModel;

beforeAll(async () => {
  server = await openTestBroker('events');
  connection = await connect(server.vhost.url);
});
afterAll(async () => {
  await connection.close();
  await server.close();
});

const message = (routingKey: string, body: unknown = routingKey) => ({
  routingKey,
  body: bodyOf(body),
  contentType: 'text/plain',
});

async function boundQueue(exchange: string, pattern: string): Promise<string> {
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, pattern);
  await channel.close();
  return queue;
}

/** The bodies in a queue, and their properties. */
async function taken(queue: string) {
  const channel = await connection.createChannel();
  const found: { text: string; persistent: boolean; contentType: unknown }[] = [];
  for (;;) {
    const got = await channel.get(queue, { noAck: true });
    if (!got) break;
    const { deliveryMode, contentType } = got.properties;
    found.push({ text: got.content.toString(), persistent: deliveryMode === 2, contentType });
  }
  await channel.close();
  return found;
}

describe('the publisher of events', () => {
  it('tells of each message whether a queue got it', async () => {
    const queue = await boundQueue('told', 'order.#');
    const publisher = new EventPublisher(await server.broker(), { exchange: 'told' });
    const keys = ['order.placed', 'stock.changed', 'order.confirmed'];
    const results = await publisher.publish(keys.map((key) => message(key)));
    expect(results).toEqual(['accepted', 'unroutable', 'accepted']);
    const sent = { persistent: true, contentType: 'text/plain' };
    expect(await taken(queue)).toEqual([
      { text: 'order.placed', ...sent },
      { text: 'order.confirmed', ...sent },
    ]);
  });

  it('declares the queues that it knows, and again when they were deleted', async () => {
    const options = { exchange: 'known', queues: ['known_consumer'] };
    const publisher = new EventPublisher(await server.broker(), options);
    expect(await publisher.publish([message('any')])).toEqual(['accepted']);
    const channel = await connection.createChannel();
    await channel.deleteQueue('known_consumer');
    await channel.close();
    expect(await publisher.publish([message('any')])).toEqual(['unroutable']);
    publisher.declareAgain();
    expect(await publisher.publish([message('any', 'again')])).toEqual(['accepted']);
    expect(await taken('known_consumer')).toMatchObject([{ text: 'again' }]);
  });

  it('publishes on a new channel after the broker has closed the old one', async () => {
    const queue = await boundQueue('closed', '#');
    const publisher = new EventPublisher(await server.broker(), { exchange: 'closed' });
    await publisher.publish([message('one')]);
    const channel = await connection.createChannel();
    // The broker closes the channel of a publisher whose exchange is gone.
    await channel.deleteExchange('closed');
    await channel.close();
    await expect(publisher.publish([message('lost')])).rejects.toThrow(/confirm was lost/);
    const results = await waitFor('a message to be confirmed again', () =>
      publisher.publish([message('two')]).catch(() => undefined),
    );
    expect(results).toEqual(['unroutable']);
    expect(await taken(queue)).toMatchObject([{ text: 'one' }]);
  });

  it('publishes many messages at once without a warning of the process', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const queue = await boundQueue('many', '#');
    const publisher = new EventPublisher(await server.broker(), { exchange: 'many' });
    const results = await publisher.publish(Array.from({ length: 100 }, () => message('any')));
    expect(results).toEqual(Array.from({ length: 100 }, () => 'accepted'));
    expect(await taken(queue)).toHaveLength(100);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('declares nothing where a deployment does, and names the exchange that is missing', async () => {
    const checking = await server.broker({ queueSetup: 'check' });
    const publisher = new EventPublisher(checking, { exchange: 'missing', queues: ['none'] });
    await expect(publisher.publish([message('any')])).rejects.toThrow(/missing cannot be used/);
    const queue = await boundQueue('missing', '#');
    expect(await publisher.publish([message('any')])).toEqual(['accepted']);
    expect(await taken(queue)).toHaveLength(1);
  });
});
