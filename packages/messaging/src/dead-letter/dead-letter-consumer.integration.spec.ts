import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import type { BrokerOptions } from '../connection/broker.js';
import { attached, openTestBroker, type TestBroker } from '../testing/test-broker.js';
import type { DeadLetterConsumer, DeliveredDeadLetter } from './dead-letter-consumer.js';
import { DeadLetterQueues } from './dead-letter-queues.js';

const QUEUE = 'things_commands';
const DEAD = `${QUEUE}.dead`;
const AWAY = new Error('the store is away');

let testBroker: TestBroker;
/** What was stored, a batch each. */
let stored: DeliveredDeadLetter[][];
let isAway: boolean;

beforeEach(async () => {
  testBroker = await openTestBroker('dead_letter_consumer');
  stored = [];
  isAway = false;
});
afterEach(() => testBroker.close());

interface Options {
  broker?: Partial<BrokerOptions>;
  prefetch?: number;
  store?: (deadLetters: readonly DeliveredDeadLetter[]) => Promise<void>;
}

const store = async (deadLetters: readonly DeliveredDeadLetter[]): Promise<void> => {
  if (isAway) throw AWAY;
  stored.push([...deadLetters]);
};

async function consume(options: Options = {}): Promise<DeadLetterConsumer> {
  const broker = await testBroker.broker({ queues: [QUEUE], ...options.broker });
  const consumer = new DeadLetterQueues({ broker }).consumer(QUEUE, {
    store: options.store ?? store,
    pauseOn: { causedBy: (error) => error === AWAY, recovered: async () => !isAway },
    ...(options.prefetch !== undefined && { prefetch: options.prefetch }),
  });
  consumer.start();
  testBroker.closes(() => consumer.close(5_000));
  await attached(consumer);
  return consumer;
}

const publish = (text: string) =>
  testBroker.vhost.publish(DEAD, Buffer.from(text), { messageId: `m-${text}` });
const texts = () => stored.flat().map(({ body }) => body.toString());
const lying = async () => (await testBroker.vhost.queue(DEAD))!.messages;

describe('a consumer of dead letters', () => {
  it('has each message stored with its bytes and properties, and takes it out of the queue', async () => {
    const consumer = await consume();
    const body = Buffer.from([0xff, 0x00, 0x7b]);
    const headers = { 'dead-reason': 'NOT_JSON' };
    await testBroker.vhost.publish(DEAD, body, { messageId: 'm-1', headers });
    await waitFor('the message to be stored', () => stored.length === 1);
    expect(stored[0]).toMatchObject([
      { queue: QUEUE, body, isRedelivered: false, properties: { messageId: 'm-1', headers } },
    ]);
    await consumer.close(5_000);
    expect(await testBroker.vhost.queue(DEAD)).toEqual({ messages: 0, consumers: 0 });
  });

  it('has what arrives while a batch is stored in the next batch, in order, and bounded', async () => {
    let free = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (free = resolve));
    const counts: number[] = [];
    await consume({
      prefetch: 3,
      store: async (deadLetters) => {
        counts.push(deadLetters.length);
        if (counts.length === 1) await blocked;
        await store(deadLetters);
      },
    });
    const all = ['1', '2', '3', '4', '5', '6', '7'];
    for (const text of all) await publish(text);
    // The broker delivers three, and keeps the others.
    await waitFor('the others to be ready', async () => (await lying()) === 4);
    free();
    await waitFor('all to be stored', () => texts().length === all.length);
    expect(texts()).toEqual(all);
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
    expect(counts.length).toBeLessThan(all.length);
  });

  it('has no more than four mebibytes stored at once, unless one message is larger', async () => {
    const MEBIBYTE = 2 ** 20;
    const sizes = [6, 1, 2, 2, 3].map((mebibytes) => mebibytes * MEBIBYTE);
    const consumer = await consume();
    await consumer.close(5_000);
    for (const size of sizes) await testBroker.vhost.publish(DEAD, Buffer.alloc(size), {});
    await consume();
    await waitFor('all to be stored', () => stored.flat().length === sizes.length);
    for (const batch of stored) {
      const bytes = batch.reduce((sum, { body }) => sum + body.length, 0);
      if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(4 * MEBIBYTE);
    }
    expect(stored.flat().map(({ body }) => body.length)).toEqual(sizes);
  });

  it('leaves messages in their queue while the store is away, and takes them when it is back', async () => {
    isAway = true;
    await consume();
    for (const text of ['one', 'two']) await publish(text);
    await waitFor('the messages to be ready, and the consumer to be gone', async () => {
      const { messages, consumers } = (await testBroker.vhost.queue(DEAD))!;
      return messages === 2 && consumers === 0;
    });
    isAway = false;
    await waitFor('both to be stored', () => texts().length === 2);
    await waitFor('the queue to be empty', async () => (await lying()) === 0);
    expect(texts().sort()).toEqual(['one', 'two']);
  });

  it('is told that a message comes again whose acknowledgement was lost after it was stored', async () => {
    let cut = false;
    await consume({
      broker: {
        name: 'cut',
        reached: async (point) => {
          if (point !== 'orchestrator.dead-letters-before-ack' || cut) return;
          cut = true;
          while ((await testBroker.vhost.closeConnections(/^cut consume$/)) === 0);
        },
      },
    });
    await publish('one');
    await waitFor('the message to come again', () => stored.length === 2);
    expect(stored.flat().map(({ body, isRedelivered }) => [String(body), isRedelivered])).toEqual([
      ['one', false],
      ['one', true],
    ]);
    await waitFor('the queue to be empty', async () => (await lying()) === 0);
  });

  it('stores the neighbours of a message that cannot be stored, which stays in the queue', async () => {
    const broken = new Set(['bad']);
    const consumer = await consume({
      store: async (deadLetters) => {
        const isBad = deadLetters.some(({ body }) => broken.has(String(body)));
        if (isBad) throw new Error('not storable');
        await store(deadLetters);
      },
    });
    for (const text of ['one', 'bad', 'two']) await publish(text);
    await waitFor('the neighbours to be stored', () => texts().length === 2);
    await consumer.close(5_000);
    expect(texts()).toEqual(['one', 'two']);
    expect(await lying()).toBe(1);
    const told = testBroker.logger.lines.filter(({ level }) => level === 'error');
    expect(told[0]).toMatchObject({ message: 'a dead letter could not be stored' });
  });

  it('shares a queue with others of its kind: each message is stored once', async () => {
    await Promise.all([consume(), consume()]);
    const all = Array.from({ length: 40 }, (_, n) => String(n));
    for (const text of all) await publish(text);
    await waitFor('all to be stored', () => texts().length === all.length);
    expect(texts().sort()).toEqual(all.sort());
  });

  it('never brings a message near the number of returns at which a quorum queue drops it', async () => {
    let most = 0;
    let times = 0;
    await consume({
      broker: { queueType: 'quorum' },
      store: async (deadLetters) => {
        times += 1;
        const returns = deadLetters.map(
          ({ properties }) => properties.headers?.['x-delivery-count'],
        );
        most = Math.max(most, ...returns.map((each) => Number(each ?? 0)));
        if (times <= 25) throw new Error('not storable');
        await store(deadLetters);
      },
    });
    await publish('x');
    await waitFor('it to be stored', () => texts().length === 1, { timeoutMs: 120_000 });
    expect(stored.flat()[0]).toMatchObject({ properties: { messageId: 'm-x' } });
    expect(most).toBeGreaterThan(5);
    expect(most).toBeLessThan(15);
  }, 150_000);

  it('ends a batch that it has begun before it is closed', async () => {
    let free = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (free = resolve));
    let isBegun = false;
    const consumer = await consume({
      store: async (deadLetters) => {
        isBegun = true;
        await blocked;
        await store(deadLetters);
      },
    });
    await publish('one');
    await waitFor('the batch to be begun', () => isBegun);
    const closing = consumer.close(30_000);
    free();
    await closing;
    expect(texts()).toEqual(['one']);
    expect(await lying()).toBe(0);
  });
});
