import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testVhost, waitFor, type TestVhost } from '@backstitch/testkit';
import { connect } from 'amqplib';
import { BrokerProxy } from '../fixtures/broker-proxy.js';
import { silentLogger } from '../fixtures/silent-logger.js';
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
  requestId: undefined,
  queue: 'hotels',
  pattern: 'book',
  data: {},
  replyTimeoutMs: 30_000,
};
/** RabbitMQ closes a channel on which a message has a longer expiry than it allows. */
const EXPIRES_TOO_LATE = { ...COMMAND, replyTimeoutMs: 2 ** 40 };

let vhost: TestVhost;
let proxy: BrokerProxy;
let transport: AmqpTransport;
let resent: number;
const engine = {
  onReply: () => Promise.resolve('not-here' as const),
  resendAwaited: () => void (resent += 1),
};

beforeEach(async () => {
  resent = 0;
  vhost = await testVhost('amqp_lost');
  const participant = await connect(vhost.url);
  const channel = await participant.createChannel();
  await channel.assertQueue('hotels');
  await participant.close();
  proxy = await BrokerProxy.start(vhost.url);
  transport = new AmqpTransport({ url: proxy.url, logger: silentLogger });
});

afterEach(async () => {
  await transport.close();
  await proxy.stop();
  await vhost.drop();
});

/** The answer to a command, or the class of its error. */
async function sent(command: OutgoingCommand): Promise<unknown> {
  try {
    return await transport.send(command);
  } catch (error) {
    return error instanceof BrokerUnavailable ? BrokerUnavailable : error;
  }
}

const untilAccepted = () =>
  waitFor('a command to be accepted', async () => (await sent(COMMAND)) === 'accepted');

describe('the AMQP transport without a connection', () => {
  it('starts once RabbitMQ accepts a connection, however often it refused one', async () => {
    proxy.refuses = true;
    const starting = transport.start(engine);
    await waitFor('two refused connections', () => proxy.refused >= 2);
    expect(await sent(COMMAND)).toBe(BrokerUnavailable);
    proxy.refuses = false;
    await starting;
    expect(await sent(COMMAND)).toBe('accepted');
    expect(resent).toBe(0);
  });

  it('rejects a command whose confirm is lost, and never calls it accepted', async () => {
    await transport.start(engine);
    proxy.withholds = true;
    let answer: unknown;
    const sending = sent(COMMAND).then((got) => (answer = got));
    // RabbitMQ has the command, and its confirm is withheld.
    await vhost.take('hotels');
    expect(answer).toBeUndefined();
    proxy.cut();
    expect(await sending).toBe(BrokerUnavailable);
  });

  it('has the awaited commands sent again once for each new connection', async () => {
    await transport.start(engine);
    expect(resent).toBe(0);
    for (const connections of [1, 2]) {
      proxy.cut();
      await waitFor('the new connection', () => resent === connections);
      await untilAccepted();
    }
    expect(resent).toBe(2);
  });

  it('has a reply queue again after its connection was lost', async () => {
    await transport.start(engine);
    await transport.send(COMMAND);
    const first = (await vhost.take('hotels')).properties.replyTo as string;
    proxy.cut();
    await waitFor('the new connection', () => resent === 1);
    await untilAccepted();
    const second = (await vhost.take('hotels')).properties.replyTo as string;
    expect(second).not.toBe(first);
  });

  it('rejects a command on which RabbitMQ closes the channel, and connects again', async () => {
    await transport.start(engine);
    expect(await sent(EXPIRES_TOO_LATE)).toBe(BrokerUnavailable);
    await waitFor('the new connection', () => resent === 1);
    await untilAccepted();
  });

  it('asks RabbitMQ for heartbeats, so that a dead connection is noticed', async () => {
    await transport.start(engine);
    const path = `/vhosts/${vhost.name}/connections`;
    await waitFor('the connection to be listed', async () => {
      const listed = await vhost.management<{ timeout?: number }[]>('GET', path);
      return listed.length === 1 && listed[0]?.timeout === 10;
    });
  });

  it('has no connection after it is closed, and refuses every later command', async () => {
    await transport.start(engine);
    expect(proxy.connectionCount).toBe(1);
    await transport.close();
    await waitFor('the connection to end', () => proxy.connectionCount === 0);
    expect(await sent(COMMAND)).toBe(BrokerUnavailable);
    expect(resent).toBe(0);
  });

  it('rejects the commands whose confirm is awaited while it is closed', async () => {
    await transport.start(engine);
    proxy.withholds = true;
    const sending = sent(COMMAND);
    await vhost.take('hotels');
    const closing = transport.close();
    proxy.cut();
    expect(await sending).toBe(BrokerUnavailable);
    await closing;
  });
});
