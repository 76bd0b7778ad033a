import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GetMessage, MessageProperties } from 'amqplib';
import type { Broker } from '../connection/broker.js';
import { BrokerUnavailable, ConfirmLost } from '../connection/errors.js';
import { stallingLine } from '../testing/stalling-line.js';
import { openTestBroker, type TestBroker } from '../testing/test-broker.js';
import type { DeadLetter } from './dead-letter.js';
import { DeadLetterQueues } from './dead-letter-queues.js';
import { deadLetterHeaders } from './message-headers.js';

const QUEUE = 'things_commands';

let testBroker: TestBroker;
let broker: Broker;
let dead: DeadLetterQueues;

beforeEach(async () => {
  testBroker = await openTestBroker('dead_letters');
  broker = await testBroker.broker({ queues: [QUEUE] });
  dead = new DeadLetterQueues({ broker });
});
afterEach(() => testBroker.close());

const deadLetter = (text: string, properties: object = {}): DeadLetter => ({
  queue: QUEUE,
  body: Buffer.from(text),
  properties: { headers: {}, messageId: `m-${text}`, ...properties } as MessageProperties,
});

describe('a replay', () => {
  it('publishes the original bytes and properties once, to the queue it died in', async () => {
    const body = Buffer.from([0xff, 0x00, 0x7b]);
    const why = { reason: 'INTERNAL', message: 'x', queue: 'elsewhere', messageId: 'original' };
    const properties = {
      messageId: 'of-the-dead-letter',
      correlationId: 'c-1',
      replyTo: 'a_caller',
      contentType: 'application/json',
      headers: { mine: 'kept', 'backstitch-retries': 3, ...deadLetterHeaders(why) },
    };
    await dead.replay({ ...deadLetter('', properties), body });
    const { content, properties: sent }: GetMessage = await testBroker.vhost.take(QUEUE);
    expect(content).toEqual(body);
    expect(sent).toMatchObject({
      messageId: 'original',
      correlationId: 'c-1',
      replyTo: 'a_caller',
      contentType: 'application/json',
      deliveryMode: 2,
      headers: { mine: 'kept' },
    });
    expect(Object.keys(sent.headers ?? {})).toEqual(['mine', 'first-dead-at']);
    expect(await testBroker.vhost.queue(QUEUE)).toMatchObject({ messages: 0 });
  });

  it('of a message that came without an id has the id of its dead letter', async () => {
    await dead.replay(deadLetter('one'));
    expect((await testBroker.vhost.take(QUEUE)).properties.messageId).toBe('m-one');
  });

  it('declares the queue again when it was deleted', async () => {
    await testBroker.vhost.deleteQueue(QUEUE);
    await dead.replay(deadLetter('one'));
    expect(String((await testBroker.vhost.take(QUEUE)).content)).toBe('one');
  });

  it('says that nothing was published when the broker is away', async () => {
    await broker.close();
    await expect(dead.replay(deadLetter('one'))).rejects.toThrow(BrokerUnavailable);
  });

  it('says that its outcome is unknown when its confirm does not come in time', async () => {
    const line = await stallingLine(testBroker.vhost.url);
    testBroker.closes(() => line.close());
    const silent = await testBroker.broker({ urls: [line.url], queues: [QUEUE], name: 'silent' });
    const asking = new DeadLetterQueues({ broker: silent, answerMs: 3_000 });
    // The channel is open, and what is published on it gets no answer.
    const opening = silent.openChannel.bind(silent);
    silent.openChannel = async () => {
      const channel = await opening();
      line.stall();
      return channel;
    };
    await expect(asking.replay(deadLetter('one'))).rejects.toThrow(ConfirmLost);
    line.goOn();
  }, 60_000);

  it('says that nothing was published when the broker opens no channel in time', async () => {
    const line = await stallingLine(testBroker.vhost.url);
    testBroker.closes(() => line.close());
    const silent = await testBroker.broker({ urls: [line.url], queues: [QUEUE], name: 'silent' });
    const asking = new DeadLetterQueues({ broker: silent, answerMs: 3_000 });
    line.stall();
    await expect(asking.replay(deadLetter('one'))).rejects.toThrow(BrokerUnavailable);
    line.goOn();
    expect(await testBroker.vhost.queue(QUEUE)).toMatchObject({ messages: 0 });
  }, 60_000);
});
