import { testVhost, waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConfirmChannel, connect, type ConsumeMessage } from 'amqplib';
import { seededRandom } from '../site/random.js';
import { MessageFaultInjector } from './message-fault-injector.js';
import { DROPPED, DUPLICATED, late, REORDERED, type MessageFault } from './message-fault.js';

const HANDFUL = 'abcdefgh'.split('');

describe('MessageFaultInjector', () => {
  let vhost: Awaited<ReturnType<typeof testVhost>>;
  let connection: Awaited<ReturnType<typeof connect>>;
  let channel: ConfirmChannel;

  beforeEach(async () => {
    vhost = await testVhost('injector');
    connection = await connect(vhost.url);
    channel = await connection.createConfirmChannel();
    await channel.assertQueue('q', { durable: true });
  });
  afterEach(async () => {
    await connection.close();
    await vhost.drop();
  });

  const injectorWith = (fault: MessageFault, stopping?: AbortSignal) =>
    MessageFaultInjector.start({
      url: vhost.url,
      queues: ['q'],
      fault,
      random: seededRandom(7),
      ...(stopping && { stopping }),
    });

  async function send(...texts: readonly string[]): Promise<void> {
    for (const text of texts) channel.sendToQueue('q', Buffer.from(text), { persistent: true });
    await channel.waitForConfirms();
  }

  /** All that is in the queue now, in its order. */
  async function contents(): Promise<ConsumeMessage[]> {
    const messages: ConsumeMessage[] = [];
    for (let next = await channel.get('q'); next; next = await channel.get('q')) {
      messages.push(next as unknown as ConsumeMessage);
      channel.ack(next);
    }
    return messages;
  }

  const texts = (messages: readonly ConsumeMessage[]) =>
    messages.map(({ content }) => content.toString());

  const injected = (injector: MessageFaultInjector, count: number) =>
    waitFor('the injections', async () => injector.injected === count || undefined);

  it('gives every message five times, and its own copies not again', async () => {
    const injector = await injectorWith(DUPLICATED);
    await send('a', 'b');
    await injected(injector, 2);
    await injector.stop();
    expect(texts(await contents()).sort()).toEqual('aaaaabbbbb'.split(''));
  });

  it('puts a message back as it came: every byte, every property', async () => {
    const body = Buffer.from([0, 255, 1, 254, 10]);
    const sent = {
      contentType: 'application/json',
      contentEncoding: 'identity',
      headers: { deep: { list: [1, 'two'] }, 'dead-reason': 'x' },
      deliveryMode: 2,
      priority: 3,
      correlationId: 'c-1',
      replyTo: 'a-client',
      expiration: '600000',
      messageId: 'm-1',
      timestamp: 1_700_000_000,
      type: 't',
      appId: 'app',
    };
    const injector = await injectorWith(late(1));
    channel.sendToQueue('q', body, sent);
    await injected(injector, 1);
    await injector.stop();
    const [message] = await contents();
    expect(message!.content.equals(body)).toBe(true);
    expect(message!.properties).toMatchObject(sent);
  });

  it('gives a handful in another order, and all of it', async () => {
    await send(...HANDFUL);
    const injector = await injectorWith(REORDERED);
    await injected(injector, 8);
    await injector.stop();
    const order = texts(await contents());
    expect([...order].sort()).toEqual(HANDFUL);
    expect(order.slice(0, 8)).not.toEqual(HANDFUL);
  });

  it('gives what is too little for a handful too', async () => {
    const injector = await injectorWith({ ...REORDERED, gatherMs: 20 });
    await send('a');
    await injected(injector, 1);
    await injector.stop();
    expect(texts(await contents())).toEqual(['a']);
  });

  it('keeps a message back for as long as it should, also when it is asked to stop', async () => {
    const injector = await injectorWith(late(300));
    const sentAt = performance.now();
    await send('a');
    await injected(injector, 1);
    await injector.stop();
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(299);
    expect(texts(await contents())).toEqual(['a']);
  });

  it('gives back at once what it keeps when the drill ends', async () => {
    const ending = new AbortController();
    const injector = await injectorWith(late(3_600_000), ending.signal);
    await send('a');
    await injected(injector, 1);
    ending.abort();
    await injector.stop();
    expect(texts(await contents())).toEqual(['a']);
  });

  it('drops what it takes when it is to', async () => {
    const injector = await injectorWith(DROPPED);
    await send('a', 'b');
    await injected(injector, 2);
    await injector.stop();
    expect(await contents()).toEqual([]);
  });

  it('holds nothing when it cannot begin', async () => {
    const end = new AbortController();
    const fault = late(60_000);
    const plan = { url: vhost.url, fault, random: seededRandom(7), stopping: end.signal };
    await send('a');
    await expect(MessageFaultInjector.start({ ...plan, queues: ['q', 'nowhere'] })).rejects.toThrow(
      'NOT_FOUND',
    );
    const [message] = await waitFor('the message', async () => {
      const found = await contents();
      return found.length > 0 ? found : undefined;
    });
    expect(message!.content.toString()).toBe('a');
    end.abort();
  });

  it('loses nothing of what it holds when it is cut off', async () => {
    const ending = new AbortController();
    const injector = await injectorWith(late(3_600_000), ending.signal);
    await send('a', 'b');
    await injected(injector, 2);
    const closed = async () => (await vhost.closeConnections(/^message fault injector$/)) > 0;
    await waitFor('the connection to be listed', closed, { timeoutMs: 40_000 });
    await waitFor('the messages', async () => (await channel.checkQueue('q')).messageCount === 2);
    ending.abort();
    await injector.stop();
    expect(texts(await contents()).sort()).toEqual(['a', 'b']);
  });
});
