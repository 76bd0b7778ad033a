import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GetMessage } from 'amqplib';
import { waitFor } from '@backstitch/testkit';
import type { Broker } from '../connection/broker.js';
import { DeadLetterQueues } from './dead-letter-queues.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import { deadLetterHeaders } from './message-headers.js';
import { stallingLine } from '../testing/stalling-line.js';
import { openTestBroker, type TestBroker } from '../testing/test-broker.js';

const QUEUE = 'things_commands';
const DEAD = `${QUEUE}.dead`;

let testBroker: TestBroker;
let broker: Broker;
let dead: DeadLetterQueues;

beforeEach(async () => {
  testBroker = await openTestBroker('dead_letters');
  broker = await testBroker.broker({ queues: [QUEUE] });
  dead = new DeadLetterQueues({ broker });
});
afterEach(() => testBroker.close());

const deadLetter = (text: string, headers: object = {}) =>
  testBroker.vhost.publish(DEAD, Buffer.from(text), { messageId: `m-${text}`, headers });
const textsOf = (letters: readonly { body: Buffer }[]) => letters.map(({ body }) => String(body));
const looked = async () => textsOf((await dead.look(QUEUE)).letters);
const named = (text: string) => (letters: readonly { body: Buffer }[]) =>
  textsOf(letters).indexOf(text);

describe('looking at dead letters', () => {
  it('leaves their order, their number and their bytes as they were', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    for (const text of texts) await deadLetter(text);
    for (let i = 0; i < 3; i++) expect(await looked()).toEqual(texts);
    expect(await testBroker.vhost.queue(DEAD)).toEqual({ messages: 4, consumers: 0 });
    for (const text of texts)
      expect(String((await testBroker.vhost.take(DEAD)).content)).toBe(text);
  });

  it('goes no further than its bounds, and says how many lie behind', async () => {
    for (const text of ['one', 'two', 'three']) await deadLetter(text);
    const few = new DeadLetterQueues({ broker, lettersMax: 2 });
    expect(await few.look(QUEUE)).toMatchObject({ more: 1 });
    const small = new DeadLetterQueues({ broker, bytesMax: 1 });
    const { letters, more } = await small.look(QUEUE);
    expect([letters.length, more]).toEqual([1, 2]);
    expect(await dead.look(QUEUE)).toMatchObject({ more: 0 });
  });

  it('shows every letter of a queue that has more than can be held at once, up to a bound', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    for (const text of texts) await deadLetter(text);
    const few = new DeadLetterQueues({ broker, lettersMax: 2 });
    const scanned = async (lettersMax: number) => {
      const seen: string[] = [];
      const { more } = await few.scan(QUEUE, lettersMax, ({ body }) => seen.push(String(body)));
      return { seen, more };
    };
    expect(await scanned(10)).toEqual({ seen: texts, more: 0 });
    expect(await scanned(4)).toEqual({ seen: texts, more: 0 });
    expect(await scanned(3)).toEqual({ seen: texts.slice(0, 3), more: 1 });
    expect(await looked()).toEqual(texts);
  });

  it('finds nothing in a queue that is empty or not there', async () => {
    expect(await looked()).toEqual([]);
    await testBroker.vhost.deleteQueue(DEAD);
    expect(await looked()).toEqual([]);
  });

  it('says that the broker is away', async () => {
    await broker.close();
    await expect(dead.look(QUEUE)).rejects.toThrow(BrokerUnavailable);
  });

  it('never brings a letter near the number of returns at which a quorum queue drops it', async () => {
    const quorum = await testBroker.broker({ queues: ['kept_commands'], queueType: 'quorum' });
    const kept = new DeadLetterQueues({ broker: quorum });
    await testBroker.vhost.publish('kept_commands.dead', Buffer.from('x'), { messageId: 'm-x' });
    let most = 0;
    for (let i = 0; i < 25; i++) {
      const { letters } = await kept.look('kept_commands');
      expect(letters.map(({ properties }) => properties.messageId as unknown)).toEqual(['m-x']);
      most = Math.max(most, Number(letters[0]?.properties.headers?.['x-delivery-count'] ?? 0));
    }
    expect(most).toBeGreaterThan(5);
    expect(most).toBeLessThan(15);
  });
});

describe('a replay', () => {
  const replay = (text: string) =>
    dead.handle(QUEUE, named(text), async (held) => {
      await held.replay();
      return String(held.body);
    });

  it('publishes the original bytes and properties once, to the queue it died in', async () => {
    await deadLetter('before');
    const body = Buffer.from([0xff, 0x00, 0x7b]);
    const why = { reason: 'INTERNAL', message: 'x', queue: 'elsewhere', messageId: 'original' };
    await testBroker.vhost.publish(DEAD, body, {
      messageId: 'of-the-letter',
      correlationId: 'c-1',
      replyTo: 'somebody',
      contentType: 'application/json',
      headers: { mine: 'kept', 'backstitch-retries': 3, ...deadLetterHeaders(why) },
    });
    await deadLetter('after');
    const found = await dead.handle(
      QUEUE,
      (letters) => letters.findIndex((letter) => letter.body.equals(body)),
      (held) => held.replay().then(() => 'replayed'),
    );
    expect(found).toBe('replayed');
    expect(await looked()).toEqual(['before', 'after']);
    const { content, properties }: GetMessage = await testBroker.vhost.take(QUEUE);
    expect(content).toEqual(body);
    expect(properties).toMatchObject({
      messageId: 'original',
      correlationId: 'c-1',
      replyTo: 'somebody',
      contentType: 'application/json',
      deliveryMode: 2,
      headers: { mine: 'kept' },
    });
    expect(Object.keys(properties.headers ?? {})).toEqual(['mine', 'first-dead-at']);
    expect(await testBroker.vhost.queue(QUEUE)).toMatchObject({ messages: 0 });
  });

  it('declares the queue again when somebody deleted it', async () => {
    await deadLetter('one');
    await testBroker.vhost.deleteQueue(QUEUE);
    expect(await replay('one')).toBe('one');
    expect(String((await testBroker.vhost.take(QUEUE)).content)).toBe('one');
  });

  it('of what is not there does nothing', async () => {
    await deadLetter('one');
    expect(await replay('two')).toBeUndefined();
    expect(await looked()).toEqual(['one']);
  });

  it('that is cut off before its end leaves the letter: twice, and never lost', async () => {
    await deadLetter('one');
    await deadLetter('two');
    const cut = await testBroker.broker({
      queues: [QUEUE],
      name: 'cut',
      reached: async (point) => {
        if (point !== 'orchestrator.replay-before-ack') return;
        while ((await testBroker.vhost.closeConnections(/^cut publish$/)) === 0);
      },
    });
    const replaying = new DeadLetterQueues({ broker: cut });
    await expect(
      replaying.handle(QUEUE, named('one'), (held) => held.replay()),
    ).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await looked()).toEqual(['one', 'two']);
    expect(String((await testBroker.vhost.take(QUEUE)).content)).toBe('one');
  });
});

describe('a broker that takes nothing and says nothing', () => {
  it('holds up no look, replay or discard for longer than told', async () => {
    for (const text of ['one', 'two']) await deadLetter(text);
    const line = await stallingLine(testBroker.vhost.url);
    testBroker.closes(() => line.close());
    const silent = await testBroker.broker({ urls: [line.url], queues: [QUEUE], name: 'silent' });
    const asking = new DeadLetterQueues({ broker: silent, answerMs: 3_000 });
    await expect(
      asking.handle(QUEUE, named('one'), async (held) => {
        line.stall();
        await held.replay();
      }),
    ).rejects.toThrow(ConfirmLost);
    await expect(asking.look(QUEUE)).rejects.toThrow(BrokerUnavailable);
    line.goOn();
    await waitFor('the letters to be back', async () => (await looked()).length === 2);
    await expect(
      asking.handle(QUEUE, named('two'), async (held) => {
        line.stall();
        held.discard();
      }),
    ).rejects.toThrow(ConfirmLost);
    line.goOn();
    await waitFor('the others to be back', async () => (await looked()).length === 1);
  }, 60_000);
});

describe('a discard', () => {
  it('removes exactly one, also among equals', async () => {
    for (const text of ['one', 'two', 'two', 'three']) await deadLetter(text);
    await dead.handle(QUEUE, named('two'), async (held) => held.discard());
    expect(await looked()).toEqual(['one', 'two', 'three']);
  });

  it('does not happen when the work on it fails', async () => {
    await deadLetter('one');
    const failing = dead.handle(QUEUE, named('one'), async () => {
      throw new Error('not legal');
    });
    await expect(failing).rejects.toThrow('not legal');
    expect(await looked()).toEqual(['one']);
  });
});
