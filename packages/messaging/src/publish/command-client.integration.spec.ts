import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { Fault, Rejection, type CommandPacket, type ReplyPacket } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { CommandClient, type CommandClientOptions } from './command-client.js';
import { CommandServer } from '../consume/command-server.js';
import { BrokerUnavailable } from '../connection/errors.js';
import { BODY_BYTES_MAX } from '../batch/batch.js';
import { attached, bodyOf, openTestBroker, type TestBroker } from '../testing/test-broker.js';

const QUEUE = 'things_commands';

// The management API lists a new connection only seconds later.
describe('a command client', () => {
  let testBroker: TestBroker;
  let broker: Broker;
  let client: CommandClient;
  let replies: [string, ReplyPacket][];
  let replaced: number;

  beforeEach(async () => {
    testBroker = await openTestBroker('client');
    broker = await testBroker.broker({ queues: [QUEUE], name: 'client' });
    replies = [];
    replaced = 0;
  });
  afterEach(() => testBroker.close());

  async function connectClient(options: Partial<CommandClientOptions> = {}): Promise<void> {
    client = new CommandClient({
      broker,
      replyQueuePrefix: 'asker.replies',
      onReply: async (correlationId, packet) => void replies.push([correlationId, packet]),
      onReplyQueueReplaced: () => void (replaced += 1),
      ...options,
    });
    client.start();
    testBroker.closes(() => client.close());
    await attached(client);
  }

  async function serve(handlers: Record<string, (packet: CommandPacket) => unknown>) {
    const handlerOf = (packet: CommandPacket) => async () => handlers[packet.pattern]!(packet);
    const server = new CommandServer({ broker, queue: QUEUE }, { handlerOf });
    server.start();
    testBroker.closes(() => server.close(1_000));
    await attached({ consumerStatus: () => server.status() });
  }

  const replyQueueOf = async () => {
    await client.send(QUEUE, { pattern: 'x', data: 1 }, 'probe');
    return String((await testBroker.vhost.take(QUEUE)).properties.replyTo);
  };

  it('sends with its own reply queue, and delivers every reply with its correlation id', async () => {
    await connectClient();
    await serve({ double: ({ data }) => (data as number) * 2 });
    expect(await client.send(QUEUE, { pattern: 'double', data: 21 }, 'saga-1:do')).toBe('accepted');
    await waitFor('the reply', () => replies.length === 1);
    expect(replies).toEqual([['saga-1:do', { response: 42, isDisposed: true, id: 'saga-1:do' }]]);
  });

  it('reports a missing queue, and that it has no reply queue yet', async () => {
    await connectClient();
    expect(await client.send('nowhere', { pattern: 'x', data: 1 }, 'c')).toBe('unroutable');
    const early = new CommandClient({
      broker,
      replyQueuePrefix: 'early',
      onReply: async () => undefined,
      onReplyQueueReplaced: () => undefined,
    });
    await expect(early.send(QUEUE, { pattern: 'x', data: 1 }, 'c')).rejects.toThrow(
      BrokerUnavailable,
    );
  });

  it('keeps its reply queue and the replies in it after a lost connection', async () => {
    await connectClient();
    const before = await replyQueueOf();
    await waitFor('the connection to be cut', async () => {
      return (await testBroker.vhost.closeConnections(/^client consume$/)) > 0;
    });
    const reply = { response: 'meanwhile', isDisposed: true };
    await testBroker.vhost.publish(before, bodyOf(reply), { correlationId: 'c' });
    await waitFor('the reply', () => replies.length === 1);
    expect(await replyQueueOf()).toBe(before);
    expect(replaced).toBe(0);
  });

  it('replaces a deleted reply queue by one with a new name, and reports it', async () => {
    await connectClient();
    const before = await replyQueueOf();
    await testBroker.vhost.deleteQueue(before);
    await waitFor('the replacement', () => replaced === 1);
    await attached(client);
    expect(await replyQueueOf()).not.toBe(before);
    await serve({ echo: ({ data }) => data });
    expect(await client.request(QUEUE, 'echo', 'again', 20_000)).toBe('again');
  });

  it('returns a value, and throws a rejection and a fault, for a request', async () => {
    await connectClient();
    await serve({
      get: ({ data }) => ({ got: data }),
      no: () => new Rejection('ORDER_NOT_FOUND', 'no such order', { id: 1 }),
    });
    expect(await client.request(QUEUE, 'get', { id: 7 }, 20_000)).toEqual({ got: { id: 7 } });
    const no = client.request(QUEUE, 'no', {}, 20_000);
    await expect(no).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND', details: { id: 1 } });
    await expect(no).rejects.toBeInstanceOf(Fault);
    await expect(client.request('nowhere', 'get', {}, 2_000)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(replies).toEqual([]);
  });

  it('does not wait longer than the timeout, and drops a later answer', async () => {
    await connectClient();
    let finish: (() => void) | undefined;
    await serve({ slow: () => new Promise<void>((resolve) => (finish = resolve)) });
    const asked = client.request(QUEUE, 'slow', {}, 100);
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    (await waitFor('the query to be served', () => finish))();
    await waitFor('the late reply to be counted', () => broker.counters.repliesLate === 1);
    expect(replies).toEqual([]);
  });

  it('lets the broker drop a query that is not read within its timeout', async () => {
    await connectClient();
    const asked = client.request(QUEUE, 'get', {}, 100);
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const waiting = async () => (await testBroker.vhost.queue(QUEUE))?.messages;
    await waitFor('the query to be dropped', async () => (await waiting()) === 0);
  });

  it('is not delayed by an unreadable reply, nor by one whose handler fails', async () => {
    let calls = 0;
    await connectClient({
      prefetch: 1,
      onReply: async (correlationId, packet) => {
        calls += 1;
        if (calls === 1) throw new Error('not now');
        replies.push([correlationId, packet]);
      },
    });
    const queue = await replyQueueOf();
    await testBroker.vhost.publish(queue, bodyOf('not json'), { correlationId: 'c0' });
    for (const correlationId of ['c1', 'c2']) {
      await testBroker.vhost.publish(queue, bodyOf({ response: 1, isDisposed: true }), {
        correlationId,
      });
    }
    await waitFor('the last reply', () => replies.length === 1);
    expect(replies[0]![0]).toBe('c2');
    expect(broker.counters).toMatchObject({ repliesUnreadable: 1, repliesFailed: 1 });
    expect((await testBroker.vhost.queue(queue))!.messages).toBe(0);
  });

  it('sends waiting commands in batches, and assigns each reply by its id', async () => {
    await connectClient();
    await serve({ double: ({ data }) => (data as number) * 2 });
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const sent = numbers.map((n) => client.send(QUEUE, { pattern: 'double', data: n }, `c${n}`));
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['accepted']));
    await waitFor('all replies', () => replies.length === numbers.length);
    const byId = new Map(replies);
    for (const n of numbers) expect(byId.get(`c${n}`)).toMatchObject({ response: n * 2 });
    // Commands and replies; a reply may arrive before the confirm that is counted.
    await waitFor('all confirms', () => broker.counters.packetsBatched === 600);
    const { batchesPublished, published } = broker.counters;
    expect(batchesPublished).toBe(published);
    expect(published).toBeLessThan(100);
  });

  it('sends each query as a separate message with its own expiry', async () => {
    await connectClient();
    const asked = [1, 2].map((data) => client.request(QUEUE, 'get', data, 60_000));
    for (const _ of asked) {
      const { content, properties } = await testBroker.vhost.take(QUEUE);
      expect(properties.expiration).toBe('60000');
      const { data, id } = JSON.parse(String(content)) as { data: number; id: string };
      expect(properties.correlationId).toBe(id);
      const reply = bodyOf({ response: data, isDisposed: true });
      await testBroker.vhost.publish(String(properties.replyTo), reply, { correlationId: id });
    }
    expect(await Promise.all(asked)).toEqual([1, 2]);
  });

  it('drops the unreadable replies of a batch, and only those', async () => {
    await connectClient();
    const queue = await replyQueueOf();
    const batch = `[{"response":1,"isDisposed":true,"id":"c1"},nonsense,{"id":"c2"},[],
      {"response":1},{"err":{"code":"A","message":"b","retryable":true},"id":"c3"}]`;
    await testBroker.vhost.publish(queue, Buffer.from(batch), { correlationId: 'unknown' });
    await testBroker.vhost.publish(queue, Buffer.from('[]'));
    await waitFor('the replies', () => replies.length === 2);
    expect(replies.map(([id]) => id)).toEqual(['c1', 'c3']);
    await waitFor('the rest', () => broker.counters.repliesUnreadable === 5);
  });

  it('ignores an id that cannot be ours, and logs at most one line of it', async () => {
    await connectClient();
    const queue = await replyQueueOf();
    const strange = ['x'.repeat(100_000), ['x'.repeat(100_000)], 7].map((id) => ({
      response: 1,
      id,
    }));
    await testBroker.vhost.publish(queue, bodyOf(strange));
    await waitFor('all', () => broker.counters.repliesUnreadable === 3);
    const written = testBroker.logger.lines.filter(({ message }) =>
      message.includes('cannot be read'),
    );
    expect(written.map(({ fields }) => fields)).toEqual([
      { correlationId: '(string)' },
      { correlationId: '(object)' },
      { correlationId: '(number)' },
    ]);
    expect(replies).toEqual([]);
  });

  it('logs a few lines about a thousand unreadable replies, and counts all', async () => {
    await connectClient();
    const queue = await replyQueueOf();
    await testBroker.vhost.publish(queue, bodyOf(Array.from({ length: 1_000 }, () => 1)));
    await waitFor('all', () => broker.counters.repliesUnreadable === 1_000);
    const written = testBroker.logger.lines.filter(({ message }) =>
      message.includes('cannot be read'),
    );
    expect(written.length).toBeLessThan(100);
  });

  it('accepts a reply larger than the limit of a command, also in a batch', async () => {
    await connectClient();
    const large = { response: 'x'.repeat(BODY_BYTES_MAX), isDisposed: true, id: 'large' };
    await testBroker.vhost.publish(await replyQueueOf(), bodyOf([large]));
    await waitFor('the reply', () => replies.length === 1);
    expect(replies).toEqual([['large', large]]);
  });

  it('is not delayed by a slow reply of a batch', async () => {
    let finish!: () => void;
    await connectClient({
      prefetch: 2,
      onReply: async (correlationId, packet) => {
        if (correlationId === 'slow') await new Promise<void>((resolve) => (finish = resolve));
        replies.push([correlationId, packet]);
      },
    });
    const ids = ['slow', 'a', 'b', 'c'];
    const batch = ids.map((id) => ({ response: id, isDisposed: true, id }));
    const queue = await replyQueueOf();
    await testBroker.vhost.publish(queue, bodyOf(batch));
    await waitFor('the others', () => replies.length === 3);
    expect(client.consumerStatus().inFlight).toBe(1);
    finish();
    await waitFor('the slow one', () => client.consumerStatus().inFlight === 0);
    expect(replies.map(([id]) => id)).toEqual(['a', 'b', 'c', 'slow']);
  });
});
