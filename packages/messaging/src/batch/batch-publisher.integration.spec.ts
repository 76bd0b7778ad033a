import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import type { ChannelModel, GetMessage } from 'amqplib';
import { BrokerLink } from '../connection/broker-link.js';
import { type BrokerCounters, brokerCounters } from '../connection/counters.js';
import { declareQueues } from '../connection/declare-queues.js';
import { BrokerUnavailable, ConfirmLost, RouteFull } from '../connection/errors.js';
import { BATCH_PACKETS_MAX } from './batch.js';
import { type BatchMember, BatchPublisher } from './batch-publisher.js';
import { Publisher, type PublisherOptions } from '../publish/publisher.js';
import { bodyOf, openTestBroker, type TestBroker } from '../testing/test-broker.js';
import { type StallingLine, stallingLine } from '../testing/stalling-line.js';
import { commandQueueDeclarations } from '../connection/topology.js';

// The management API lists a new connection only seconds later.
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('the batch publisher', () => {
  let testBroker: TestBroker;
  let counters: BrokerCounters;
  beforeAll(async () => {
    testBroker = await openTestBroker('batch_publisher');
  });
  afterAll(() => testBroker.close());

  /** Over its own proxy, which can stop forwarding the confirms. */
  async function open(
    queue: string,
    options: Partial<PublisherOptions> & {
      waitingMax?: { ofRoute: number; inAll: number };
      confirmOverdueMs?: number;
    } = {},
  ): Promise<{ batches: BatchPublisher; line: StallingLine; link: BrokerLink }> {
    const { logger } = testBroker;
    counters = brokerCounters();
    const line = await stallingLine(testBroker.vhost.url);
    const link = new BrokerLink({ urls: [line.url], name: queue, logger, counters });
    const declare = (connection: ChannelModel) =>
      declareQueues(connection, commandQueueDeclarations(queue, 'classic'), logger);
    const publisher = new Publisher({ link, logger, counters, declare, ...options });
    publisher.start();
    link.connect();
    testBroker.closes(async () => {
      await publisher.close(100);
      await link.close();
      await line.close();
    });
    await publisher.opened();
    const batches = new BatchPublisher({
      publisher,
      counters,
      confirmOverdueMs: 60_000,
      ...options,
    });
    return { batches, line, link };
  }

  const packet = (queue: string, n: number, more: Partial<BatchMember> = {}): BatchMember => ({
    queue,
    body: bodyOf({ pattern: 'x', id: `${n}` }),
    correlationId: `${n}`,
    replyTo: 'asker',
    mayBePlain: true,
    ...more,
  });

  async function contents(queue: string): Promise<GetMessage[]> {
    const { messages = 0 } = (await testBroker.vhost.queue(queue)) ?? {};
    const taken: GetMessage[] = [];
    while (taken.length < messages) taken.push(await testBroker.vhost.take(queue));
    return taken;
  }
  const sizes = (messages: readonly GetMessage[]) =>
    messages.map(({ content }) => {
      const value: unknown = JSON.parse(content.toString());
      return Array.isArray(value) ? value.length : 'plain';
    });

  it('sends a single member as a plain message', async () => {
    const { batches } = await open('alone');
    expect(await batches.publish(packet('alone', 1))).toBe('accepted');
    const [message] = await contents('alone');
    expect(String(message!.content)).toBe('{"pattern":"x","id":"1"}');
    expect(message!.properties).toMatchObject({
      correlationId: '1',
      replyTo: 'asker',
      contentType: 'application/json',
      deliveryMode: 2,
      headers: {},
    });
    expect(counters).toMatchObject({ published: 1, batchesPublished: 0, packetsBatched: 0 });
    await batches.publish(packet('alone', 2, { mayBePlain: false }));
    expect(sizes(await contents('alone'))).toEqual([1]);
  });

  it('sends members that wait for two confirms together and in order', async () => {
    const { batches, line } = await open('in_flight');
    line.stall();
    const sent = [batches.publish(packet('in_flight', 0))];
    await turn();
    sent.push(batches.publish(packet('in_flight', 1)));
    await turn();
    for (const n of numbers(70)) {
      sent.push(batches.publish(packet('in_flight', n + 2)));
      await turn();
    }
    line.goOn();
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['accepted']));
    const messages = await contents('in_flight');
    expect(sizes(messages)).toEqual(['plain', 'plain', BATCH_PACKETS_MAX, 6]);
    const ids = messages.flatMap(({ content }) => JSON.parse(String(content)) as { id: string });
    expect(ids.map(({ id }) => Number(id))).toEqual(numbers(72));
    expect(messages[2]!.properties.correlationId).toBeUndefined();
    expect(messages[2]!.properties.replyTo).toBe('asker');
    expect(counters).toMatchObject({ published: 4, batchesPublished: 2, packetsBatched: 70 });
  });

  it('combines only members with the same reply queue', async () => {
    const { batches } = await open('apart');
    const sent = numbers(6).map((n) =>
      batches.publish(packet('apart', n, { replyTo: `asker-${n % 2}` })),
    );
    await Promise.all(sent);
    const messages = await contents('apart');
    expect(sizes(messages)).toEqual([3, 3]);
    expect(messages.map(({ properties }) => properties.replyTo as string).sort()).toEqual([
      'asker-0',
      'asker-1',
    ]);
  });

  it('reports a missing queue to every member, and keeps no state of an idle route', async () => {
    const { batches } = await open('routes');
    const sent = numbers(3).map((n) => batches.publish(packet('nowhere', n)));
    const other = batches.publish(packet('routes', 1));
    expect(batches.busyRoutes).toBe(2);
    expect(await Promise.all(sent)).toEqual(['unroutable', 'unroutable', 'unroutable']);
    expect(await other).toBe('accepted');
    await turn();
    expect(batches.busyRoutes).toBe(0);
  });

  it('reports a lost confirm to every member, and continues', async () => {
    const { batches, line } = await open('lost', { confirmTimeoutMs: 200 });
    line.stall();
    const sent = numbers(3).map((n) => batches.publish(packet('lost', n)));
    const ends = await Promise.allSettled(sent);
    expect(
      ends.map((end) => end.status === 'rejected' && end.reason instanceof ConfirmLost),
    ).toEqual([true, true, true]);
    line.goOn();
    expect(await batches.publish(packet('lost', 4))).toBe('accepted');
  });

  it('sends the next messages after overdue confirms, and still reports those confirms', async () => {
    const { batches, line } = await open('silent', { confirmOverdueMs: 50 });
    line.stall();
    const sent: Promise<unknown>[] = [];
    for (const together of [[0], [1], [2, 3, 4]]) {
      for (const n of together) sent.push(batches.publish(packet('silent', n)));
      await turn();
    }
    await waitFor('those behind the silent ones', async () => {
      return (await testBroker.vhost.queue('silent'))?.messages === 3;
    });
    sent.push(batches.publish(packet('silent', 5)));
    await waitFor('those who come later', async () => {
      return (await testBroker.vhost.queue('silent'))?.messages === 4;
    });
    expect(batches.busyRoutes).toBe(1);
    line.goOn();
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['accepted']));
    await turn();
    expect(batches.busyRoutes).toBe(0);
    expect(sizes(await contents('silent'))).toEqual(['plain', 'plain', 3, 'plain']);
  });

  it('reports an unavailable broker to every member, and to later ones at once', async () => {
    const { batches, line, link } = await open('away');
    line.stall();
    const sent: Promise<unknown>[] = [];
    for (const n of numbers(9)) {
      sent.push(batches.publish(packet('away', n)));
      await turn();
    }
    await link.close();
    const reasons = (await Promise.allSettled(sent)).map((end) =>
      end.status === 'rejected' ? (end.reason as Error).constructor : undefined,
    );
    expect(reasons).toEqual([ConfirmLost, ConfirmLost, ...numbers(7).map(() => BrokerUnavailable)]);
    await expect(batches.publish(packet('away', 10))).rejects.toThrow(BrokerUnavailable);
    expect(batches.busyRoutes).toBe(0);
  });

  it('refuses more members than may wait for one queue, and no others', async () => {
    const { batches, line } = await open('full', { waitingMax: { ofRoute: 2, inAll: 10 } });
    line.stall();
    const sent: Promise<unknown>[] = [];
    for (const n of numbers(4)) {
      sent.push(batches.publish(packet('full', n)));
      await turn();
    }
    await expect(batches.publish(packet('full', 4))).rejects.toThrow(RouteFull);
    const elsewhere = batches.publish(packet('full', 5, { replyTo: 'other' }));
    line.goOn();
    expect(await elsewhere).toBe('accepted');
    expect(await Promise.all(sent)).toHaveLength(4);
    expect(await batches.publish(packet('full', 6))).toBe('accepted');
  });

  it('refuses more members than may wait in total', async () => {
    const { batches, line } = await open('all', { waitingMax: { ofRoute: 2, inAll: 3 } });
    line.stall();
    const to = (n: number) => packet('all', n, { replyTo: `asker-${n % 2}` });
    const sent = numbers(3).map((n) => batches.publish(to(n)));
    await expect(batches.publish(to(3))).rejects.toThrow(BrokerUnavailable);
    line.goOn();
    expect(await Promise.all(sent)).toHaveLength(3);
    expect(await batches.publish(to(4))).toBe('accepted');
  });

  it('sends all waiting members before it is closed', async () => {
    const { batches } = await open('closing');
    const sent = numbers(200).map((n) => batches.publish(packet('closing', n)));
    await batches.close();
    expect(batches.busyRoutes).toBe(0);
    await Promise.all(sent);
    expect(sizes(await contents('closing'))).toEqual([64, 64, 64, 8]);
  });
});
