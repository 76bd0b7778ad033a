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

/** An engine that is told replies and does nothing. */
function listener(told: (reply: ArrivedReply) => Promise<void> | void = () => undefined) {
  const onReply = async (reply: ArrivedReply) => {
    await told(reply);
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

  it('says of each command whether a queue took it', async () => {
    await transport.start(listener());
    const sent = [{ ...COMMAND, queue: 'nowhere' }, COMMAND, { ...COMMAND, queue: 'nowhere' }];
    const answers = await Promise.all(sent.map((command) => transport.send(command)));
    expect(answers).toEqual(['unroutable', 'accepted', 'unroutable']);
  });

  it('refuses a command while there is no connection', async () => {
    await expect(transport.send(COMMAND)).rejects.toBeInstanceOf(BrokerUnavailable);
  });

  it('refuses an address that is none', async () => {
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

  it('acknowledges a reply only after the engine has taken it', async () => {
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
    const unacknowledged = async () => {
      const path = `/queues/${vhost.name}`;
      const queues = await vhost.management<{ name: string; messages_unacknowledged?: number }[]>(
        'GET',
        path,
      );
      return queues.find(({ name }) => name.startsWith('saga.replies'))?.messages_unacknowledged;
    };
    const until = (count: number) =>
      waitFor(
        `${count} replies without acknowledgement`,
        async () => (await unacknowledged()) === count,
        {
          timeoutMs: 25_000,
        },
      );
    await until(1);
    release?.();
    await until(0);
  });

  it('reads on after a reply that cannot be read', async () => {
    const taken: ArrivedReply[] = [];
    await transport.start(listener((reply) => void taken.push(reply)));
    await transport.send(COMMAND);
    const { replyTo } = (await vhost.take('hotels')).properties as { replyTo: string };
    await vhost.publish(replyTo, Buffer.from('{'), { correlationId: 'saga-1:HOTEL:do:1' });
    const done = Buffer.from('{"response":1}');
    await vhost.publish(replyTo, done, { correlationId: 'saga-1:HOTEL:do:1' });
    await waitFor('the other reply', () => taken.length === 1);
    expect(taken[0]).toMatchObject({ step: 'HOTEL', outcome: { kind: 'done', response: 1 } });
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
