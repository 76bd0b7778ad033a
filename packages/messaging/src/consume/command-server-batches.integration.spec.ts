import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import { Fault } from '@backstitch/shared-types';
import type { CommandServerOptions } from './command-server.js';
import { BATCH_BYTES_MAX, BATCH_PACKETS_MAX } from '../batch/batch.js';
import { type BatchingClient, batchingClient } from '../testing/batching-client.js';
import { bodyOf } from '../testing/test-broker.js';
import { DEAD, type Handlers, QUEUE, REPLIES, serving, type Serving } from '../testing/serving.js';

describe('a command server that receives batches', () => {
  let here: Serving;
  let batching: BatchingClient;
  afterEach(() => here.testBroker.close());

  async function serve(handlers: Handlers = {}, options: Partial<CommandServerOptions> = {}) {
    here = await serving(handlers, options);
    batching = batchingClient(here.testBroker.vhost);
  }

  const echo = (id: unknown, data: unknown = id) => ({ pattern: 'echo', data, id });
  const messagesIn = async (queue: string) => (await here.testBroker.vhost.queue(queue))?.messages;
  const idsOf = (replies: readonly { id?: unknown }[]) =>
    replies.map(({ id }) => String(id)).sort();

  it('answers a batch with batches, and a single command with a single reply', async () => {
    await serve();
    await batching.ask([echo('a'), echo('b'), echo('c')]);
    const replies = await batching.answers(3);
    expect(replies).toContainEqual({ response: 'b', isDisposed: true, id: 'b' });
    expect(idsOf(replies)).toEqual(['a', 'b', 'c']);
    await here.ask(echo('d'));
    expect(await here.answer()).toEqual({ response: 'd', isDisposed: true, id: 'd' });
    await batching.ask([echo('e')]);
    expect(await batching.answers(1)).toEqual([{ response: 'e', isDisposed: true, id: 'e' }]);
    await here.expectAllAcknowledged();
    expect(here.broker.counters).toMatchObject({ commandsDone: 5, batchesSplit: 0 });
  });

  it('does not delay the other replies of a slow command’s batch, and answers the slow one', async () => {
    let finish!: (value: string) => void;
    await serve({ slow: () => new Promise<string>((resolve) => (finish = resolve)) });
    await batching.ask([echo('a'), { pattern: 'slow', id: 'slow' }, echo('b')]);
    expect(idsOf(await batching.answers(2))).toEqual(['a', 'b']);
    expect(here.server.status().inFlight).toBe(1);
    finish('at last');
    expect(await batching.answers(1)).toMatchObject([{ id: 'slow', response: 'at last' }]);
    await here.expectAllAcknowledged();
  });

  it('answers each command separately: done, a fault, overdue, an unknown pattern', async () => {
    const hang = () => new Promise(() => undefined);
    const fail = () => {
      throw new Fault('PROVIDER_UNAVAILABLE', 'silent', true);
    };
    await serve({ fail, hang }, { handlerDeadlineMs: 50 });
    const patterns = ['echo', 'fail', 'hang', 'fly'];
    await batching.ask(patterns.map((pattern) => ({ pattern, id: pattern })));
    const replies = await batching.answers(4);
    const codes = Object.fromEntries(replies.map(({ id, err }) => [id, err?.code]));
    expect(codes).toEqual({
      echo: undefined,
      fail: 'PROVIDER_UNAVAILABLE',
      hang: 'HANDLER_DEADLINE',
      fly: 'UNKNOWN_PATTERN',
    });
    const dead = await here.testBroker.vhost.take(DEAD);
    expect(String(dead.content)).toBe('{"pattern":"fly","id":"fly"}');
    await here.expectAllAcknowledged();
  });

  it('dead-letters an invalid element with its own bytes, and serves the others', async () => {
    await serve();
    const poison = ['{ "data" : 1, "id":"p" }', 'nonsense', '[{"pattern":"echo"}]', '"x"'];
    const body = `[${JSON.stringify(echo('a'))} , ${poison.join(' ,\n')},${JSON.stringify(echo('b'))}]`;
    const properties = { replyTo: REPLIES, headers: { mine: 'kept' } };
    await here.testBroker.vhost.publish(QUEUE, Buffer.from(body), properties);
    // Elements with an id are answered. No sender could assign an answer to the others.
    const replies = await batching.answers(3);
    expect(idsOf(replies)).toEqual(['a', 'b', 'p']);
    expect(replies.find(({ id }) => id === 'p')?.err?.code).toBe('MALFORMED_COMMAND');
    await here.expectAllAcknowledged();
    const letters: string[] = [];
    for (let n = 0; n < poison.length; n += 1) {
      const { content, properties: kept } = await here.testBroker.vhost.take(DEAD);
      letters.push(content.toString());
      expect(kept.headers).toMatchObject({ 'dead-queue': QUEUE, mine: 'kept' });
      expect(kept.headers!['dead-reason']).toMatch(/^NOT_(JSON|A_PACKET)$/);
    }
    expect(letters.sort()).toEqual([...poison].sort());
    expect([await messagesIn(DEAD), await messagesIn(REPLIES)]).toEqual([0, 0]);
    expect(here.served).toHaveLength(2);
  });

  it.each(['[]', ' [ ] ', '[{"pattern":"echo"},]', '[1,{"id":"x"}]'])(
    'keeps %j as a dead letter',
    async (body) => {
      await serve({}, { prefetch: 1 });
      await here.tell(body);
      await here.ask(echo('next'));
      expect((await here.answer()).response).toBe('next');
      expect(String((await here.testBroker.vhost.take(DEAD)).content)).toBe(body);
      await here.expectAllAcknowledged();
      expect(here.served).toHaveLength(1);
    },
  );

  it('treats an array without a command as one message, with one answer', async () => {
    await serve();
    const ones = Array.from({ length: 1_024 }, () => 1);
    for (let n = 0; n < 32; n += 1) await here.ask(ones);
    for (let n = 0; n < 32; n += 1) {
      expect((await here.answer()).err).toMatchObject({ code: 'MALFORMED_COMMAND' });
    }
    expect(await messagesIn(DEAD)).toBe(32);
    await here.expectAllAcknowledged();
  });

  it('serves a batch larger than ours', async () => {
    await serve();
    const count = BATCH_PACKETS_MAX * 3;
    const filling = 'x'.repeat((BATCH_BYTES_MAX * 2) / count);
    await batching.ask(Array.from({ length: count }, (_, n) => echo(`${n}`, filling)));
    const replies = await batching.answers(count);
    expect(new Set(idsOf(replies)).size).toBe(count);
    await here.expectAllAcknowledged();
  });

  it('limits the commands served at once over all batches', async () => {
    const ends: (() => void)[] = [];
    await serve({ hang: () => new Promise<void>((end) => ends.push(end)) }, { prefetch: 3 });
    const batch = ['a', 'b', 'c', 'd'].map((id) => ({ pattern: 'hang', id }));
    await batching.ask(batch);
    await batching.ask(batch);
    await waitFor('both batches', () => here.server.status().inFlight === 2);
    expect(here.served.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    ends[1]!();
    await waitFor('the next', () => here.served.length === 4);
    expect(await batching.answers(1)).toMatchObject([{ id: 'b' }]);
    for (let next = 0; next < 8; next += 1) {
      await waitFor('its turn', () => ends.length > next);
      ends[next]!();
    }
    await batching.answers(7);
    expect(here.served.map(({ id }) => id).join('')).toBe('abcdabcd');
    await here.expectAllAcknowledged();
  });

  it('requeues a failed command of a batch alone, and then dead-letters its own bytes', async () => {
    await serve({
      fail: () => {
        throw new Fault('PROVIDER_UNAVAILABLE', 'silent', true);
      },
    });
    const failing = { pattern: 'fail', data: { n: 7 } };
    await batching.tell([echo('a'), failing, echo('b')]);
    const dead = await here.testBroker.vhost.take(DEAD);
    expect(dead.content).toEqual(bodyOf(failing));
    await here.expectAllAcknowledged();
    const times = (pattern: string) => here.served.filter((one) => one.pattern === pattern).length;
    expect([times('echo'), times('fail')]).toEqual([2, 4]);
    expect(here.broker.counters).toMatchObject({ oneShotRetries: 3, deadLettered: 1 });
  });

  it('drains: finishes and answers a whole batch, including commands that waited for their turn', async () => {
    const ends: (() => void)[] = [];
    await serve({ hang: () => new Promise<void>((end) => ends.push(end)) }, { prefetch: 1 });
    await batching.ask(['a', 'b'].map((id) => ({ pattern: 'hang', id })));
    await waitFor('the first', () => ends.length === 1);
    const draining = here.server.close(5_000);
    ends[0]!();
    await waitFor('the second', () => ends.length === 2);
    ends[1]!();
    await draining;
    expect(idsOf(await batching.answers(2))).toEqual(['a', 'b']);
    expect(await messagesIn(QUEUE)).toBe(0);
  });

  it('drains: begins no delivery whose commands all wait for their turn', async () => {
    const ends: (() => void)[] = [];
    const hang = () => new Promise<void>((end) => ends.push(end));
    await serve({ hang }, { prefetch: 1, deliveriesMax: 3 });
    await here.ask({ pattern: 'hang', id: 'a' });
    await batching.ask([echo('b'), echo('c')]);
    await here.ask(echo('d'));
    await waitFor('all', () => here.server.status().inFlight === 3);
    const draining = here.server.close(5_000);
    ends[0]!();
    await draining;
    expect(here.served.map(({ id }) => id)).toEqual(['a']);
    expect((await here.answer()).id).toBe('a');
    expect(await messagesIn(QUEUE)).toBe(2);
  });

  it('serves no waiting command while a dependency of all handlers is unavailable', async () => {
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
    await serve({ store }, { prefetch: 1, pauseOn });
    await batching.ask(['a', 'b', 'c'].map((id) => ({ pattern: 'store', id })));
    expect(await batching.answers(1)).toMatchObject([
      { id: 'a', err: { code: 'DATABASE_UNAVAILABLE' } },
    ]);
    away = false;
    const stored = await batching.answers(2);
    expect(stored.map(({ response }) => response)).toEqual(['stored', 'stored']);
    expect(here.served).toHaveLength(3);
    await here.expectAllAcknowledged();
  });
});
