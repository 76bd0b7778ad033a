import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { connect } from 'amqplib';
import { Fault } from '@backstitch/shared-types';
import type { BrokerOptions } from '../connection/broker.js';
import type { CommandServerOptions } from './command-server.js';
import { RETRIES_HEADER } from '../dead-letter/message-headers.js';
import { batchingClient } from '../testing/batching-client.js';
import { DEAD, type Handlers, QUEUE, REPLIES, serving, type Serving } from '../testing/serving.js';

// The management API lists a new connection only seconds later.
describe('a command server during failures', () => {
  let here: Serving;
  afterEach(() => here.testBroker.close());

  async function serve(
    handlers: Handlers = {},
    options: Partial<CommandServerOptions> = {},
    reached?: BrokerOptions['reached'],
  ): Promise<void> {
    here = await serving(handlers, options, reached);
  }

  const readyIn = async (queue: string) => (await here.testBroker.vhost.queue(queue))?.messages;
  const consumersOf = async (queue: string) =>
    (await here.testBroker.vhost.queue(queue))?.consumers;

  it('never acknowledges before the reply is accepted, nor on another channel', async () => {
    const releases: (() => void)[] = [];
    await serve({}, {}, (point) => {
      const isLast = point === 'participant.after-reply-before-ack';
      return isLast ? new Promise<void>((release) => releases.push(release)) : undefined;
    });
    await here.ask({ pattern: 'echo', data: 1 });
    await waitFor('the first delivery to be answered', () => releases.length === 1);
    await here.cut('consume');
    await waitFor('the second delivery to be answered', () => releases.length === 2);
    // Both had the delivery tag 1 on their channels: an ack of the first on the second channel
    // would lose the second.
    releases[0]!();
    await waitFor('the first to be done with', () => here.server.status().inFlight === 1);
    await here.cut('consume');
    await waitFor('the third delivery to be answered', () => releases.length === 3);
    releases[1]!();
    releases[2]!();
    await here.expectAllAcknowledged();
    expect(await readyIn(REPLIES)).toBe(3);
  });

  it('publishes a reply again until it is confirmed', async () => {
    let wasCut = false;
    await serve({}, {}, async (point) => {
      if (point !== 'participant.after-commit-before-reply' || wasCut) return;
      wasCut = true;
      await here.cut('publish');
    });
    await here.ask({ pattern: 'echo', data: 'late but there' });
    expect((await here.answer()).response).toBe('late but there');
    expect(here.served).toHaveLength(1);
    await here.expectAllAcknowledged();
  });

  it('is not delayed by a reply queue that accepts nothing, and drops its replies', async () => {
    await serve({}, { prefetch: 1, deliveriesMax: 5 });
    const { vhost } = here.testBroker;
    const takesNothing = { 'x-max-length': 0, 'x-overflow': 'reject-publish' };
    const connection = await connect(vhost.url, { noDelay: true });
    const channel = await connection.createChannel();
    await channel.assertQueue('full', { durable: true, arguments: takesNothing });
    await connection.close();
    await here.ask({ pattern: 'echo', data: 1, id: '1' }, 'full');
    await here.ask({ pattern: 'echo', data: 2, id: '2' }, 'full');
    await batchingClient(vhost).ask([{ pattern: 'echo', data: 3, id: '3' }], {}, 'full');
    await waitFor('the refusals', () => here.broker.counters.confirmLost >= 3);
    await here.ask({ pattern: 'echo', data: 'next' });
    expect((await here.answer()).response).toBe('next');
    await waitFor('the end of the tries', () => here.broker.counters.repliesUnroutable === 3);
    await here.expectAllAcknowledged();
    expect(here.broker.counters.confirmLost).toBe(15);
  });

  it('frees the place of a command before its reply is confirmed', async () => {
    let release: (() => void) | undefined;
    await serve({}, { prefetch: 1, deliveriesMax: 2 }, (point) => {
      const isFirst = point === 'participant.after-commit-before-reply' && !release;
      return isFirst ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    });
    await here.ask({ pattern: 'echo', data: 'first' });
    await waitFor('the first', () => release !== undefined);
    await here.ask({ pattern: 'echo', data: 'next' });
    expect((await here.answer()).response).toBe('next');
    release!();
    expect((await here.answer()).response).toBe('first');
    await here.expectAllAcknowledged();
  });

  it('gets an unsettled delivery again, and frees its place in the prefetch', async () => {
    let arrived = 0;
    await serve({}, { prefetch: 1 }, (point) => {
      if (point !== 'participant.on-arrival') return undefined;
      arrived += 1;
      if (arrived < 3) throw new Error('a bug of ours');
      return undefined;
    });
    await here.ask({ pattern: 'echo', data: 'in the end' });
    expect((await here.answer()).response).toBe('in the end');
    await here.ask({ pattern: 'echo', data: 'next' });
    expect((await here.answer()).response).toBe('next');
    expect(here.served).toHaveLength(2);
    expect(here.broker.counters.bugs).toBe(2);
    await here.expectAllAcknowledged();
  });

  it('attaches again when its queue was deleted, and reports detached meanwhile', async () => {
    await serve();
    await here.testBroker.vhost.deleteQueue(QUEUE);
    await waitFor('the status to tell', () => here.server.status().state === 'detached');
    await waitFor('the consumer to be back', async () => (await consumersOf(QUEUE)) === 1);
    await here.ask({ pattern: 'echo', data: 'back' });
    expect((await here.answer()).response).toBe('back');
    await here.untilAttached();
  });

  it('declares the dead-letter queue again after it was deleted', async () => {
    await serve();
    await here.testBroker.vhost.deleteQueue(DEAD);
    await here.tell('not json');
    await waitFor('the dead letter', async () => (await readyIn(DEAD)) === 1);
    await here.expectAllAcknowledged();
  });

  it('attaches again when its connection was cut', async () => {
    await serve();
    await here.cut('consume');
    await here.ask({ pattern: 'echo', data: 'back' });
    expect((await here.answer()).response).toBe('back');
    expect(here.broker.counters.connectionsLost).toBe(1);
  });

  it('answers a hanging command at its deadline, and serves others with its whole prefetch', async () => {
    const ends: (() => void)[] = [];
    const hang = () => new Promise<void>((end) => ends.push(end));
    await serve({ hang }, { prefetch: 2, handlerDeadlineMs: 50 });
    await here.ask({ pattern: 'hang' });
    await here.ask({ pattern: 'hang' });
    const overdue = { code: 'HANDLER_DEADLINE', retryable: true };
    expect((await here.answer()).err).toMatchObject(overdue);
    expect((await here.answer()).err).toMatchObject(overdue);
    await here.ask({ pattern: 'echo', data: 'next' });
    expect((await here.answer()).response).toBe('next');
    // But only a limited number may run in the background: the next two hanging handlers keep their
    // places.
    await here.ask({ pattern: 'hang' });
    await here.ask({ pattern: 'hang' });
    await here.answer();
    await here.answer();
    await here.ask({ pattern: 'echo', data: 'after' });
    expect(await readyIn(REPLIES)).toBe(0);
    expect(await readyIn(QUEUE)).toBe(1);
    for (const end of ends) end();
    expect((await here.answer()).response).toBe('after');
    await here.expectAllAcknowledged();
  });

  it('drains: finishes, answers and acknowledges the running commands, and takes no more', async () => {
    let finish!: (value: string) => void;
    await serve({ slow: () => new Promise<string>((resolve) => (finish = resolve)) });
    await here.ask({ pattern: 'slow' });
    await waitFor('the handler to run', () => here.served.length === 1);
    let drained = false;
    const draining = here.server.close(5_000).then(() => (drained = true));
    await waitFor('the consumer to be gone', async () => (await consumersOf(QUEUE)) === 0);
    await here.ask({ pattern: 'echo' });
    expect(drained).toBe(false);
    finish('done');
    await draining;
    expect((await here.answer()).response).toBe('done');
    expect(await readyIn(QUEUE)).toBe(1);
    expect(here.served).toHaveLength(1);
  });

  it('pauses while a dependency of all handlers is unavailable, and counts no retries of that time', async () => {
    class DatabaseAway extends Fault {}
    let away = true;
    const store = () => {
      if (away) throw new DatabaseAway('DATABASE_UNAVAILABLE', 'away', true);
      return 'stored';
    };
    const pauseOn = {
      causedBy: (error: unknown) => error instanceof DatabaseAway,
      recovered: async () => !away,
    };
    await serve({ store }, { pauseOn });
    await here.tell({ pattern: 'store' }, { [RETRIES_HEADER]: 3 });
    await waitFor('the pause', () => here.server.status().state === 'paused');
    await waitFor('no consumer', async () => (await consumersOf(QUEUE)) === 0);
    await here.ask({ pattern: 'store' });
    expect(await readyIn(QUEUE)).toBe(1);
    away = false;
    expect((await here.answer()).response).toBe('stored');
    await waitFor('all to be stored', () => here.broker.counters.commandsDone === 2);
    await here.untilAttached();
    await here.expectAllAcknowledged();
    expect(await readyIn(DEAD)).toBe(0);
  });
});
