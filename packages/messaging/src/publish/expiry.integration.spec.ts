import { afterEach, describe, expect, it } from '@jest/globals';
import { deadLetterQueueOf, type CommandPacket } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { CommandClient } from './command-client.js';
import { attached, bodyOf, openTestBroker, type TestBroker } from '../testing/test-broker.js';
import { QUEUE, REPLIES, serving, type Serving } from '../testing/serving.js';
import type { QueueType } from '../connection/topology.js';

// The management API lists a new connection only seconds later.
const UNREAD = 'unread_commands';
const OTHER = 'other_commands';
const SOON_MS = 400;
const LATE_MS = 600_000;

describe('a command that is not read', () => {
  let testBroker: TestBroker;
  afterEach(() => testBroker.close());

  async function newClient(queueType: QueueType): Promise<CommandClient> {
    testBroker = await openTestBroker('expiry');
    const broker = await testBroker.broker({ queues: [UNREAD, OTHER], queueType });
    const onReply = () => Promise.resolve();
    const onReplyQueueReplaced = () => undefined;
    const client = new CommandClient({
      broker,
      replyQueuePrefix: 'asker.replies',
      onReply,
      onReplyQueueReplaced,
    });
    client.start();
    testBroker.closes(() => client.close());
    await attached(client);
    return client;
  }

  function send(client: CommandClient, name: string, expiresAfterMs: number, queue = UNREAD) {
    return client.send(queue, { pattern: name, data: 1 }, name, expiresAfterMs);
  }

  async function expectEmpty(queue: string): Promise<void> {
    await waitFor(
      'the queue to be empty',
      async () => (await testBroker.vhost.queue(queue))!.messages === 0,
    );
  }

  it.each(['classic', 'quorum'] as const)(
    'is gone from its %s queue after its time, alone or among others, and is no dead letter',
    async (queueType) => {
      const client = await newClient(queueType);
      await send(client, 'alone', SOON_MS);
      const many = Array.from({ length: 300 }, (_, n) => send(client, `n${n}`, SOON_MS));
      expect(new Set(await Promise.all(many))).toEqual(new Set(['accepted']));
      await expectEmpty(UNREAD);
      expect((await testBroker.vhost.queue(deadLetterQueueOf(UNREAD)))!.messages).toBe(0);
    },
  );

  it('does not shorten the expiry of other commands', async () => {
    const client = await newClient('classic');
    const all = Array.from({ length: 40 }, (_, n) =>
      send(client, n % 2 === 0 ? 'soon' : 'late', n % 2 === 0 ? SOON_MS : LATE_MS),
    );
    await Promise.all(all);
    await send(client, 'soon', SOON_MS, OTHER);
    await expectEmpty(OTHER); // so the others with the same expiry have expired too
    const left: string[] = [];
    while (left.length < 20) {
      const { content } = await testBroker.vhost.take(UNREAD);
      const packets = [JSON.parse(content.toString())].flat() as CommandPacket[];
      left.push(...packets.map(({ pattern }) => pattern));
    }
    expect(left).toEqual(Array.from({ length: 20 }, () => 'late'));
    await expectEmpty(UNREAD);
  });
});

describe('a batch that is split', () => {
  let here: Serving;
  afterEach(() => here.testBroker.close());

  it('leaves commands with the expiry of the batch', async () => {
    let isFirst = true;
    let isOver: (() => void) | undefined;
    const once = async () => {
      if (!isFirst) return new Promise<void>((resolve) => (isOver = resolve));
      isFirst = false;
      const { counters } = here.broker;
      const before = counters.connectionsLost;
      await here.cut('consume');
      await waitFor('the loss to be noticed', () => counters.connectionsLost > before);
    };
    here = await serving({ once }, { handlerDeadlineMs: 60_000, prefetch: 1 });
    const list = ['once', 'echo', 'echo'].map((pattern) => ({ pattern, id: pattern }));
    const properties = { replyTo: REPLIES, expiration: `${LATE_MS}` };
    await here.testBroker.vhost.publish(QUEUE, bodyOf(list), properties);
    await waitFor('the first to come again, alone', () => isOver !== undefined);
    const { properties: alone } = await here.testBroker.vhost.take(QUEUE);
    expect(alone.expiration).toBe(`${LATE_MS}`);
    isOver!();
  });
});
