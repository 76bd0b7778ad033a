import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Fault } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { fuzz, hostileText, hostileValue, mutated } from '@backstitch/testkit/fuzz';
import { type ChannelModel, connect, type ConfirmChannel, type Options } from 'amqplib';
import * as fc from 'fast-check';
import { readPacket } from '../batch/packet.js';
import { DEAD, QUEUE, REPLIES, type Serving, serving } from '../testing/serving.js';

let served: Serving;
let connection: ChannelModel;
let channel: ConfirmChannel;
let counted = 0;

beforeEach(async () => {
  served = await serving({
    fail: () => {
      throw new Fault('FAILS', 'always', true);
    },
  });
  connection = await connect(served.testBroker.vhost.url, { noDelay: true });
  channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
});
afterEach(async () => {
  await connection.close();
  await served.testBroker.close();
});

const properties: fc.Arbitrary<Options.Publish> = fc.record(
  {
    correlationId: fc.constantFrom('c', '', 'x'.repeat(255), 'a\r\nb', 'request.1'),
    replyTo: fc.constantFrom(REPLIES, REPLIES, 'nobody', QUEUE, DEAD, '', 'a'.repeat(255), 'a\0b'),
    priority: fc.nat(255),
    expiration: fc.constantFrom('600000', 600_000),
    type: fc.constantFrom('t', 'x'.repeat(255)),
    appId: fc.constantFrom('', 'x'.repeat(255)),
    timestamp: fc.constantFrom(0, 1, 2 ** 32, 2 ** 53),
    contentType: fc.constantFrom('text/plain', 'application/json', ''),
    contentEncoding: fc.constantFrom('gzip', 'utf-8'),
    deliveryMode: fc.constantFrom(1, 2),
    CC: fc.constantFrom<string[]>([], ['nobody']),
    headers: fc.dictionary(
      fc.oneof(fc.constantFrom('backstitch-retries', 'x-death', 'dead-reason'), hostileText),
      hostileValue,
      { maxKeys: 4 },
    ),
  },
  { requiredKeys: [] },
);
const packets = fc.record({ pattern: fc.constant('echo'), data: hostileValue, id: fc.uuid() });
const batches = fc.array(packets, { minLength: 1, maxLength: 4 });
const bodies = fc.oneof(
  { weight: 2, arbitrary: mutated(packets) },
  { weight: 1, arbitrary: mutated(batches) },
);
const messages = fc.oneof(
  bodies.map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
);

/** Undefined when the client library could not write it: then nothing was sent. */
function send(body: Buffer, options: Options.Publish): string | undefined {
  const messageId = `hostile-${(counted += 1)}`;
  try {
    channel.sendToQueue(QUEUE, body, { ...options, messageId });
    return messageId;
  } catch {
    return undefined;
  }
}

/** The elements of a body with their own bytes: our bodies contain no blanks. */
function partsOf(body: Buffer): Buffer[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return [body];
  }
  if (!Array.isArray(value) || value.length === 0) return [body];
  const elements = value.map((element) => Buffer.from(JSON.stringify(element)));
  return elements.some((element) => 'packet' in readPacket(element)) ? elements : [body];
}

const entry = (id: string, body: Buffer): string => `${id} ${body.toString('latin1')}`;

/** The dead letters so far, by the id of their sender; replies have none. */
async function deadLetters(): Promise<string[]> {
  const found: string[] = [];
  const reader = await connection.createChannel();
  for (;;) {
    const message = await reader.get(DEAD, { noAck: true });
    if (!message) break;
    const id: unknown = message.properties.headers?.['dead-message-id'];
    if (typeof id === 'string' && id.startsWith('hostile-')) found.push(entry(id, message.content));
  }
  await reader.close();
  return found.sort();
}

async function untilIdle(): Promise<void> {
  await channel.waitForConfirms();
  await waitFor(
    'everything to be settled',
    async () => {
      if (served.server.status().inFlight > 0) return false;
      return (await served.testBroker.vhost.queue(QUEUE))?.messages === 0;
    },
    { timeoutMs: 60_000 },
  );
}

describe('messages with any properties', () => {
  it('are served or dead-lettered byte for byte, and none stays in the queue', async () => {
    const expected: string[] = [];
    const cases = fc.tuple(messages, properties);
    const tally = await fuzz('messages', 2_000, cases, ([body, options]) => {
      const id = send(body, options);
      if (id === undefined) return 'unsendable';
      const dead = partsOf(body).filter((part) => {
        const read = readPacket(part);
        return !('packet' in read && read.packet.pattern === 'echo');
      });
      expected.push(...dead.map((part) => entry(id, part)));
      if (dead.length === 0) return 'served';
      return dead.length < partsOf(body).length ? 'served in part' : 'dead';
    });
    expect(tally['served in part']).toBeGreaterThan(0);
    await untilIdle();
    expect(await deadLetters()).toEqual(expected.sort());
    expect(served.testBroker.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await served.ask({ pattern: 'echo', data: 'next', id: 'n' }, 'after');
    await served.expectAllAcknowledged();
  }, 120_000);

  it.each([
    ['a forged address for direct replies', { replyTo: 'amq.rabbitmq.reply-to.forged' }],
    ['headers in 2,000 levels', { headers: { a: levels(2_000) } }],
    ['a header of 50 KB', { headers: { a: 'x'.repeat(50_000) } }],
    [
      '1,000 headers',
      { headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [n, n])) },
    ],
    ['a timestamp past what a number holds', { timestamp: 2 ** 63 }],
    ['header numbers past what a number holds', { headers: { a: 2 ** 63, b: 1e308, c: 5e-324 } }],
  ])('do no harm to those after them: %s', async (_what, options) => {
    const body = Buffer.from('not a packet');
    const id = send(body, options);
    send(Buffer.from('{"pattern":"echo","data":1}'), options);
    expect(id).toBeDefined();
    await served.ask({ pattern: 'echo', data: 'next', id: 'n' });
    expect(await served.answer()).toMatchObject({ response: 'next' });
    await untilIdle();
    expect(await deadLetters()).toEqual([entry(id!, body)]);
    await served.expectAllAcknowledged();
  });

  it('are retried at most three times, with any forged count', async () => {
    const forged = [undefined, -5, 0.5, 2.9, '1', 1e308, [1], { a: 1 }, true];
    forged.forEach((count, data) => {
      const headers = count === undefined ? {} : { 'backstitch-retries': count };
      send(Buffer.from(JSON.stringify({ pattern: 'fail', data })), { headers });
    });
    await waitFor('the dead letters', async () => {
      return (await served.testBroker.vhost.queue(DEAD))?.messages === forged.length;
    });
    const tries = forged.map((_count, data) => served.served.filter((one) => one.data === data));
    expect(tries.map(({ length }) => length)).toEqual([4, 4, 4, 2, 4, 1, 4, 4, 4]);
    await served.expectAllAcknowledged();
  });

  it('are answered once when their reply queue is their own queue', async () => {
    for (let n = 0; n < 50; n += 1) {
      send(Buffer.from('{"pattern":"echo","data":1}'), { replyTo: QUEUE });
      send(Buffer.from('mess'), { replyTo: QUEUE });
    }
    await untilIdle();
    // The 50 invalid messages and all 100 answers: answers are not answered.
    expect((await served.testBroker.vhost.queue(DEAD))?.messages).toBe(150);
    expect(served.served).toHaveLength(50);
    await served.expectAllAcknowledged();
  });
});

function levels(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}
