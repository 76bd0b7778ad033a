import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelModel, connect } from 'amqplib';
import { waitFor } from '@backstitch/testkit';
import { Broker } from '../connection/broker.js';
import { BrokerLink } from '../connection/broker-link.js';
import { brokerCounters } from '../connection/counters.js';
import { declareQueues } from '../connection/declare-queues.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import { Publisher, type PublisherOptions } from './publisher.js';
import { stallingLine } from '../testing/stalling-line.js';
import { commandQueueDeclarations } from '../connection/topology.js';
import {
  bodyOf,
  openTestBroker,
  RecordingLogger,
  type TestBroker,
} from '../testing/test-broker.js';

// The management API lists a new connection only seconds later.
describe('the publisher', () => {
  let testBroker: TestBroker;
  beforeAll(async () => {
    testBroker = await openTestBroker('publisher');
  });
  afterAll(() => testBroker.close());

  it('declares the given queues and their dead-letter queues', async () => {
    await testBroker.broker({ queues: ['declared'] });
    expect(await testBroker.vhost.queue('declared')).toEqual({ messages: 0, consumers: 0 });
    expect(await testBroker.vhost.queue('declared.dead')).toEqual({ messages: 0, consumers: 0 });
  });

  it('distinguishes a queue that accepted the message from a missing one', async () => {
    const { publisher, counters } = await testBroker.broker({ queues: ['there'] });
    const sent = ['there', 'nowhere', 'there', 'nowhere'].map((queue) =>
      publisher.publish(queue, bodyOf(queue), {}),
    );
    expect(await Promise.all(sent)).toEqual(['accepted', 'unroutable', 'accepted', 'unroutable']);
    expect(counters).toMatchObject({ published: 4, unroutable: 2 });
    expect((await testBroker.vhost.take('there')).properties.deliveryMode).toBe(2);
  });

  it('uses a queue that exists with other arguments, and logs an error', async () => {
    await testBroker.broker({ queues: ['changed'], queueType: 'classic' });
    const logger = new RecordingLogger();
    const broker = await testBroker.broker({ queues: ['changed'], queueType: 'quorum', logger });
    expect(await broker.publisher.publish('changed', bodyOf('x'), {})).toBe('accepted');
    const complaint = { level: 'error', fields: expect.objectContaining({ queue: 'changed' }) };
    expect(logger.lines).toContainEqual(expect.objectContaining(complaint));
  });

  it('reports every message when its connection is cut: in the queue, or an error', async () => {
    const { publisher, counters } = await testBroker.broker({ queues: ['cut'], name: 'cut' });
    let answered = 0;
    let sent = 0;
    const tally = { accepted: 0, lost: 0, away: 0 };
    const publishOne = async () => {
      sent += 1;
      try {
        await publisher.publish('cut', bodyOf('x'), {});
        tally.accepted += 1;
      } catch (error) {
        if (error instanceof ConfirmLost) tally.lost += 1;
        else if (error instanceof BrokerUnavailable) tally.away += 1;
        else throw error;
      }
      answered += 1;
    };
    const isCut = async () => (await testBroker.vhost.closeConnections(/^cut publish$/)) > 0;
    const cut = waitFor('the connection to be cut', isCut, { timeoutMs: 40_000 });
    const sending: Promise<void>[] = [];
    const isNoticed = () => {
      for (let i = 0; i < 50; i += 1) sending.push(publishOne());
      return counters.connectionsLost > 0 && tally.lost + tally.away > 0;
    };
    await waitFor('the cut to be noticed', isNoticed, { timeoutMs: 40_000 });
    await cut;
    await Promise.all(sending);
    await publisher.opened();
    expect(await publisher.publish('cut', bodyOf('x'), {})).toBe('accepted');
    expect(answered).toBe(sent);
    const kept = (await testBroker.vhost.queue('cut'))!.messages - 1;
    expect(kept).toBeGreaterThanOrEqual(tally.accepted);
    expect(kept).toBeLessThanOrEqual(tally.accepted + tally.lost);
  });

  describe('of its own', () => {
    async function publisherOver(url: string, options: Partial<PublisherOptions>) {
      const { logger } = testBroker;
      const counters = brokerCounters();
      const link = new BrokerLink({ urls: [url], name: 'own', logger, counters });
      const declare = (connection: ChannelModel) =>
        declareQueues(connection, commandQueueDeclarations('own', 'classic'), logger);
      const publisher = new Publisher({ link, logger, counters, declare, ...options });
      publisher.start();
      link.connect();
      testBroker.closes(async () => {
        await publisher.close(100);
        await link.close();
      });
      await publisher.opened();
      return publisher;
    }

    it('refuses more messages than may wait for their confirm', async () => {
      const publisher = await publisherOver(testBroker.vhost.url, { unconfirmedMax: 2 });
      const sent = [1, 2, 3].map(() => publisher.publish('own', bodyOf('x'), {}));
      await expect(sent[2]).rejects.toThrow(BrokerUnavailable);
      expect(await Promise.all(sent.slice(0, 2))).toEqual(['accepted', 'accepted']);
      expect(await publisher.publish('own', bodyOf('x'), {})).toBe('accepted');
    });

    it('counts an overdue confirm as lost', async () => {
      const line = await stallingLine(testBroker.vhost.url);
      testBroker.closes(() => line.close());
      const publisher = await publisherOver(line.url, { confirmTimeoutMs: 200 });
      line.stall();
      await expect(publisher.publish('own', bodyOf('x'), {})).rejects.toThrow(ConfirmLost);
      line.goOn();
      expect(await publisher.publish('own', bodyOf('x'), {})).toBe('accepted');
    });
  });

  it('uses another channel after a nack, and still gets the confirms of the old one', async () => {
    const full = 'refusing';
    const logger = new RecordingLogger();
    const { publisher } = await testBroker.broker({ queues: ['beside'], logger });
    const connection = await connect(testBroker.vhost.url);
    const channel = await connection.createChannel();
    await channel.assertQueue(full, { maxLength: 1, overflow: 'reject-publish' });
    expect(await publisher.publish(full, bodyOf('x'), {})).toBe('accepted');

    const beside = async () =>
      expect(await publisher.publish('beside', bodyOf('x'), {})).toBe('accepted');
    const refused = expect(publisher.publish(full, bodyOf('x'), {})).rejects.toThrow(ConfirmLost);
    await Promise.all([refused, beside(), beside()]);
    await waitFor('another channel', async () => {
      await beside();
      return logger.lines.filter(({ fields }) => 'channel' in fields).length === 1;
    });
    await connection.close();
  });

  it('declares deleted queues again', async () => {
    const { publisher } = await testBroker.broker({ queues: ['deleted'] });
    await testBroker.vhost.deleteQueue('deleted');
    expect(await publisher.publish('deleted', bodyOf('x'), {})).toBe('unroutable');
    await publisher.declareAgain();
    expect(await publisher.publish('deleted', bodyOf('x'), {})).toBe('accepted');
  });
});

describe('an unavailable broker', () => {
  const closedPort = 'amqp://127.0.0.1:1';

  it('is reported at once, and nothing is sent', async () => {
    const broker = new Broker({ urls: [closedPort], name: 'x', logger: new RecordingLogger() });
    broker.connect();
    await expect(broker.publisher.publish('q', bodyOf('x'), {})).rejects.toThrow(BrokerUnavailable);
    await waitFor('the status to say why', () => /REFUSED/.test(broker.status().why ?? ''));
    expect(broker.status()).toMatchObject({ publish: 'down', consume: 'down' });
    await broker.close();
  });

  it('does not matter when the next address of the list answers', async () => {
    const testBroker = await openTestBroker('addresses');
    const broker = await testBroker.broker({ urls: [closedPort, testBroker.vhost.url] });
    expect(broker.status()).toEqual({ publish: 'up', consume: 'up' });
    await testBroker.close();
  });
});
