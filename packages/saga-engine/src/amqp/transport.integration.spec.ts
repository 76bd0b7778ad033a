import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testVhost, waitFor, type TestVhost } from '@backstitch/testkit';
import { connect, type ChannelModel } from 'amqplib';
import { silentLogger } from '../fixtures/silent-logger.js';
import { command, defineSaga, step, undo } from '../core/define.js';
import { MemoryDatabase, MemorySagaStore } from '../testing/index.js';
import { SagaEngine, type ArrivedReply } from '../runtime/engine.js';
import type { OutgoingCommand } from '../runtime/ports.js';
import { AmqpTransport, BrokerUnavailable } from './transport.js';

const COMMAND: OutgoingCommand = {
  id: 'saga-1:HOTEL:do',
  sagaId: 'saga-1',
  definition: 'trip',
  definitionVersion: 1,
  subjectId: 'trip-1',
  step: 'HOTEL',
  direction: 'do',
  attempt: 1,
  requestId: 'request-1',
  queue: 'hotels',
  pattern: 'book',
  data: { nights: 3 },
  replyTimeoutMs: 30_000,
};
const QUEUES = ['flights', 'hotels', 'tickets'];

/** Nothing is sent a second time within a test because of its reply timeout. */
const trip = defineSaga<{ to: string }>(
  {
    name: 'trip',
    version: 1,
    deadlineMs: 600_000,
    steps: [
      step('FLIGHT', {
        do: command('flights', 'book', ({ input }) => ({ to: input.to })),
        undo: undo('CANCEL_FLIGHT', 'flights', 'cancel', () => ({})),
      }),
      step('HOTEL', {
        do: command('hotels', 'book', () => ({})),
        undo: undo('CANCEL_HOTEL', 'hotels', 'cancel', () => ({})),
      }),
      step('TICKET', { do: command('tickets', 'issue', () => ({})), pivot: true }),
    ],
  },
  { replyTimeoutMs: 200_000, deadlineMs: 300_000 },
);

let vhost: TestVhost;
let participant: ChannelModel;
let transport: AmqpTransport;

beforeEach(async () => {
  vhost = await testVhost('amqp');
  participant = await connect(vhost.url, { clientProperties: { connection_name: 'participant' } });
  const channel = await participant.createChannel();
  for (const queue of QUEUES) await channel.assertQueue(queue);
  transport = new AmqpTransport({ url: vhost.url, logger: silentLogger });
});

afterEach(async () => {
  await transport.close();
  await participant.close();
  await vhost.drop();
});

/** An engine that passes its replies on and does nothing else. */
function listener(received: (reply: ArrivedReply) => Promise<void> | void = () => undefined) {
  const onReply = async (reply: ArrivedReply) => {
    await received(reply);
    return 'not-here' as const;
  };
  return { onReply, resendAwaited: () => undefined };
}

/** Answers every command "done"; resolves with a list of what was received. */
async function serve(): Promise<string[]> {
  const received: string[] = [];
  const channel = await participant.createChannel();
  for (const queue of QUEUES) {
    await channel.consume(queue, (message) => {
      if (!message) return;
      const { replyTo, correlationId, messageId } = message.properties;
      received.push(String(messageId));
      const reply = Buffer.from(JSON.stringify({ response: {}, isDisposed: true }));
      channel.sendToQueue(String(replyTo), reply, { correlationId: String(correlationId) });
      channel.ack(message);
    });
  }
  return received;
}

/** Publishes "done" as the reply to COMMAND. */
function reply(replyTo: string, response: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify({ response }));
  return vhost.publish(replyTo, body, { correlationId: 'saga-1:HOTEL:do:1' });
}

/** Sends COMMAND, takes it from its queue, and answers the reply queue that it names. */
async function replyQueue(): Promise<string> {
  await transport.send(COMMAND);
  return String((await vhost.take('hotels')).properties.replyTo);
}

interface QueueInfo {
  readonly name: string;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
}

async function replyQueues(): Promise<QueueInfo[]> {
  const queues = await vhost.management<QueueInfo[]>('GET', `/queues/${vhost.name}`);
  return queues.filter(({ name }) => name.startsWith('saga.replies.'));
}

async function engineOn(sender: AmqpTransport): Promise<SagaEngine> {
  const database = new MemoryDatabase();
  const engine = new SagaEngine({
    definitions: [trip],
    store: new MemorySagaStore(database),
    clock: database,
    sender,
    logger: silentLogger,
  });
  await engine.run();
  await sender.start(engine);
  return engine;
}

function begin(engine: SagaEngine, sagaId: string) {
  return engine.start({ definition: trip, sagaId, subjectId: sagaId, input: { to: 'Rome' } });
}

describe('the AMQP transport', () => {
  it('sends a persistent command that names its id, its reply queue and its expiry', async () => {
    await transport.start(listener());
    expect(await transport.send(COMMAND)).toBe('accepted');
    const { content, properties } = await vhost.take('hotels');
    expect(properties).toMatchObject({
      deliveryMode: 2,
      contentType: 'application/json',
      messageId: 'saga-1:HOTEL:do',
      correlationId: 'saga-1:HOTEL:do:1',
      replyTo: expect.stringMatching(/^saga\.replies\./),
      expiration: '30000',
    });
    expect(JSON.parse(content.toString())).toMatchObject({
      pattern: 'book',
      data: { nights: 3 },
      id: 'saga-1:HOTEL:do:1',
      saga: { sagaId: 'saga-1', step: 'HOTEL', requestId: 'request-1' },
    });
  });

  it('answers for each command whether it is in its queue', async () => {
    await transport.start(listener());
    const sent = [{ ...COMMAND, queue: 'nowhere' }, COMMAND, { ...COMMAND, queue: 'nowhere' }];
    const answers = await Promise.all(sent.map((command) => transport.send(command)));
    expect(answers).toEqual(['unroutable', 'accepted', 'unroutable']);
  });

  it('refuses a command while there is no connection', async () => {
    await expect(transport.send(COMMAND)).rejects.toBeInstanceOf(BrokerUnavailable);
  });

  it('refuses an address that is not a URL', async () => {
    const wrong = new AmqpTransport({ url: 'rabbit on my machine', logger: silentLogger });
    await expect(wrong.start(listener())).rejects.toThrow(/Invalid URL/);
  });

  it('drives a saga to its end', async () => {
    const received = await serve();
    const engine = await engineOn(transport);
    await begin(engine, 'saga-1');
    expect(await engine.waitForEnd('saga-1', 20_000)).toMatchObject({ phase: 'done' });
    expect(received).toEqual(['saga-1:FLIGHT:do', 'saga-1:HOTEL:do', 'saga-1:TICKET:do']);
    await engine.stop();
  });

  it('acknowledges a reply only after the engine has processed it', async () => {
    const taken: ArrivedReply[] = [];
    let release: (() => void) | undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    await transport.start(
      listener((reply) => {
        taken.push(reply);
        return blocked;
      }),
    );
    await transport.send(COMMAND);
    await serve();
    await waitFor('the reply', () => taken.length === 1);
    const until = (count: number) =>
      waitFor(`${count} replies without acknowledgement`, async () => {
        const [queue] = await replyQueues();
        return queue?.messages_unacknowledged === count;
      });
    await until(1);
    release?.();
    await until(0);
  });

  it('processes the next reply after one that cannot be read', async () => {
    const taken: ArrivedReply[] = [];
    await transport.start(listener((reply) => void taken.push(reply)));
    const replyTo = await replyQueue();
    await vhost.publish(replyTo, Buffer.from('{'), { correlationId: 'saga-1:HOTEL:do:1' });
    await reply(replyTo, 1);
    await waitFor('the other reply', () => taken.length === 1);
    expect(taken[0]).toMatchObject({ step: 'HOTEL', outcome: { kind: 'done', response: 1 } });
  });

  it('processes the next reply after one that the engine failed on', async () => {
    const taken: unknown[] = [];
    const failing = listener(({ outcome }) => {
      taken.push(outcome);
      if (taken.length === 1) throw new Error('a bug');
    });
    transport = new AmqpTransport({ url: vhost.url, logger: silentLogger, prefetch: 1 });
    await transport.start(failing);
    const replyTo = await replyQueue();
    await reply(replyTo, 1);
    await reply(replyTo, 2);
    await waitFor('the other reply', () => taken.length === 2);
    expect(taken).toEqual([1, 2].map((response) => ({ kind: 'done', response })));
  });

  it('gives the engine no reply for a message that names no command', async () => {
    const taken: ArrivedReply[] = [];
    await transport.start(listener((reply) => void taken.push(reply)));
    const replyTo = await replyQueue();
    const done = Buffer.from('{"response":1}');
    await vhost.publish(replyTo, done, { correlationId: 'another-client-17' });
    await vhost.publish(replyTo, done, {});
    await reply(replyTo, 2);
    await waitFor('the reply', () => taken.length > 0);
    expect(taken.map(({ outcome }) => outcome)).toEqual([{ kind: 'done', response: 2 }]);
  });

  it('gives the engine at most as many replies at a time as its prefetch allows', async () => {
    const taken: (() => void)[] = [];
    const slow = listener(() => new Promise<void>((resolve) => taken.push(resolve)));
    transport = new AmqpTransport({ url: vhost.url, logger: silentLogger, prefetch: 2 });
    await transport.start(slow);
    const replyTo = await replyQueue();
    for (const number of [1, 2, 3]) await reply(replyTo, number);
    await waitFor('two replies', () => taken.length === 2);
    const [waiting] = await replyQueues();
    expect(waiting).toMatchObject({ name: replyTo });
    await waitFor('one reply to stay in the queue', async () => {
      const [queue] = await replyQueues();
      return queue?.messages_ready === 1 && queue.messages_unacknowledged === 2;
    });
    expect(taken).toHaveLength(2);
    taken[0]!();
    await waitFor('the third reply', () => taken.length === 3);
    for (const done of taken) done();
  });

  it('connects again and sends what is awaited again after its connection was lost', async () => {
    const engine = await engineOn(transport);
    await begin(engine, 'saga-1');
    // Taken from its queue, and never answered.
    await vhost.take('flights');
    const closed = () => vhost.closeConnections(/^$/);
    await waitFor('the connection to be closed', async () => (await closed()) > 0);
    await serve();
    expect(await engine.waitForEnd('saga-1', 20_000)).toMatchObject({ phase: 'done' });
    await engine.stop();
  });
});
