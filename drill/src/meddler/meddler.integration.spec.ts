import { testVhost, waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConfirmChannel, connect, type ConsumeMessage } from 'amqplib';
import { seededRandom } from '../site/random.js';
import { Meddler } from './meddler.js';
import { DROPPED, DUPLICATED, late, REORDERED, type Trick } from './tricks.js';

const HANDFUL = 'abcdefgh'.split('');

describe('Meddler', () => {
  let vhost: Awaited<ReturnType<typeof testVhost>>;
  let connection: Awaited<ReturnType<typeof connect>>;
  let channel: ConfirmChannel;

  beforeEach(async () => {
    vhost = await testVhost('meddler');
    connection = await connect(vhost.url);
    channel = await connection.createConfirmChannel();
    await channel.assertQueue('q', { durable: true });
  });
  afterEach(async () => {
    await connection.close();
    await vhost.drop();
  });

  const meddlerWith = (trick: Trick, stopping?: AbortSignal) =>
    Meddler.start({
      url: vhost.url,
      queues: ['q'],
      trick,
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

  const meddledWith = (meddler: Meddler, count: number) =>
    waitFor('the meddling', async () => meddler.meddledWith === count || undefined);

  it('gives every message five times, and its own copies not again', async () => {
    const meddler = await meddlerWith(DUPLICATED);
    await send('a', 'b');
    await meddledWith(meddler, 2);
    await meddler.stop();
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
      replyTo: 'somebody',
      expiration: '600000',
      messageId: 'm-1',
      timestamp: 1_700_000_000,
      type: 't',
      appId: 'app',
    };
    const meddler = await meddlerWith(late(1));
    channel.sendToQueue('q', body, sent);
    await meddledWith(meddler, 1);
    await meddler.stop();
    const [message] = await contents();
    expect(message!.content.equals(body)).toBe(true);
    expect(message!.properties).toMatchObject(sent);
  });

  it('gives a handful in another order, and all of it', async () => {
    await send(...HANDFUL);
    const meddler = await meddlerWith(REORDERED);
    await meddledWith(meddler, 8);
    await meddler.stop();
    const order = texts(await contents());
    expect([...order].sort()).toEqual(HANDFUL);
    expect(order.slice(0, 8)).not.toEqual(HANDFUL);
  });

  it('gives what is too little for a handful too', async () => {
    const meddler = await meddlerWith({ ...REORDERED, gatherMs: 20 });
    await send('a');
    await meddledWith(meddler, 1);
    await meddler.stop();
    expect(texts(await contents())).toEqual(['a']);
  });

  it('keeps a message back for as long as it should, also when it is asked to stop', async () => {
    const meddler = await meddlerWith(late(300));
    const sentAt = performance.now();
    await send('a');
    await meddledWith(meddler, 1);
    await meddler.stop();
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(299);
    expect(texts(await contents())).toEqual(['a']);
  });

  it('gives back at once what it keeps when the drill ends', async () => {
    const ending = new AbortController();
    const meddler = await meddlerWith(late(3_600_000), ending.signal);
    await send('a');
    await meddledWith(meddler, 1);
    ending.abort();
    await meddler.stop();
    expect(texts(await contents())).toEqual(['a']);
  });

  it('drops what it takes when it is to', async () => {
    const meddler = await meddlerWith(DROPPED);
    await send('a', 'b');
    await meddledWith(meddler, 2);
    await meddler.stop();
    expect(await contents()).toEqual([]);
  });

  it('holds nothing when it cannot begin', async () => {
    const end = new AbortController();
    const trick = late(60_000);
    const plan = { url: vhost.url, trick, random: seededRandom(7), stopping: end.signal };
    await send('a');
    await expect(Meddler.start({ ...plan, queues: ['q', 'nowhere'] })).rejects.toThrow('NOT_FOUND');
    const [message] = await waitFor('the message', async () => {
      const found = await contents();
      return found.length > 0 ? found : undefined;
    });
    expect(message!.content.toString()).toBe('a');
    end.abort();
  });

  it('loses nothing of what it holds when it is cut off', async () => {
    const ending = new AbortController();
    const meddler = await meddlerWith(late(3_600_000), ending.signal);
    await send('a', 'b');
    await meddledWith(meddler, 2);
    const closed = async () => (await vhost.closeConnections(/^meddler$/)) > 0;
    await waitFor('the connection to be listed', closed, { timeoutMs: 40_000 });
    await waitFor('the messages', async () => (await channel.checkQueue('q')).messageCount === 2);
    ending.abort();
    await meddler.stop();
    expect(texts(await contents()).sort()).toEqual(['a', 'b']);
  });
});
