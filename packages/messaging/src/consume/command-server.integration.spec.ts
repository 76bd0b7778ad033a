import { afterEach, describe, expect, it } from '@jest/globals';
import { rabbitmqUrl, waitFor } from '@backstitch/testkit';
import { Fault, Rejection } from '@backstitch/shared-types';
import type { BrokerOptions } from '../connection/broker.js';
import type { CommandServerOptions } from './command-server.js';
import { RETRIES_HEADER } from '../dead-letter/message-headers.js';
import { bodyOf } from '../testing/test-broker.js';
import { DEAD, type Handlers, QUEUE, serving, type Serving } from '../testing/serving.js';

describe('a command server', () => {
  let here: Serving;
  afterEach(() => here.testBroker.close());

  async function serve(
    handlers: Handlers = {},
    options: Partial<CommandServerOptions> = {},
    reached?: BrokerOptions['reached'],
  ): Promise<void> {
    here = await serving(handlers, options, reached);
  }

  it('answers with the ids of the command, and then acknowledges', async () => {
    await serve();
    await here.ask({ pattern: 'echo', data: { a: 1 }, id: 'id-1' });
    const reply = await here.testBroker.vhost.take('asker');
    expect(reply.properties.correlationId).toBe('c1');
    expect(JSON.parse(String(reply.content))).toEqual({
      response: { a: 1 },
      isDisposed: true,
      id: 'id-1',
    });
    await here.expectAllAcknowledged();
    expect(here.broker.counters.commandsDone).toBe(1);
  });

  it('answers a business rejection, a fault and a bug, each distinguishable', async () => {
    await serve({
      no: () => new Rejection('INSUFFICIENT_STOCK', 'too few', { available: 1 }),
      fault: () => {
        throw new Fault('PROVIDER_UNAVAILABLE', 'silent', true);
      },
      bug: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    await here.ask({ pattern: 'no' });
    expect((await here.answer()).err).toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: 'too few',
      retryable: false,
      details: { available: 1 },
    });
    await here.ask({ pattern: 'fault' });
    const fault = { code: 'PROVIDER_UNAVAILABLE', retryable: true };
    expect((await here.answer()).err).toMatchObject(fault);
    await here.ask({ pattern: 'bug' });
    expect((await here.answer()).err).toMatchObject({ code: 'INTERNAL', retryable: true });
    const counted = { commandsRejected: 1, commandsFaulted: 2, bugs: 1, deadLettered: 0 };
    expect(here.broker.counters).toMatchObject(counted);
    await here.expectAllAcknowledged();
  });

  it('acknowledges a command whose reply queue is gone', async () => {
    await serve();
    await here.ask({ pattern: 'echo' }, 'gone');
    const { counters } = here.broker;
    await waitFor('the reply to be returned', () => counters.repliesUnroutable === 1);
    await here.expectAllAcknowledged();
  });

  it('that needs a saga dead-letters commands without one, answered or not, and serves the others', async () => {
    const needsSaga = (pattern: string) => pattern === 'change';
    await serve({ change: () => 'changed' }, { needsSaga });
    const saga = { sagaId: 's', step: 'X', direction: 'undo', attempt: 1 };
    await here.ask({ pattern: 'change', data: 1, id: '1' });
    const refused = { code: 'SAGA_REQUIRED', retryable: false };
    expect(await here.answer()).toMatchObject({ err: refused, id: '1' });
    await here.tell({ pattern: 'change', data: 2, saga: null });
    for (const data of [1, 2]) {
      const dead = await here.testBroker.vhost.take(DEAD);
      expect(JSON.parse(String(dead.content))).toMatchObject({ pattern: 'change', data });
      expect(dead.properties.headers).toMatchObject({ 'dead-reason': 'SAGA_REQUIRED' });
    }
    expect(here.served).toEqual([]);
    await here.ask({ pattern: 'change', saga });
    expect((await here.answer()).response).toBe('changed');
    await here.ask({ pattern: 'echo', data: 'read' });
    expect((await here.answer()).response).toBe('read');
    await here.expectAllAcknowledged();
  });

  it('that takes commands of some users only dead-letters the others, and serves reads of all', async () => {
    const user = new URL(rabbitmqUrl()).username;
    const acceptsSender = (pattern: string, userId: string | undefined) =>
      pattern === 'echo' || userId === user;
    await serve({ change: () => 'changed' }, { acceptsSender });
    const { vhost } = here.testBroker;
    const saga = { sagaId: 's', step: 'X', direction: 'do', attempt: 1 };
    await here.ask({ pattern: 'change', saga, id: '1' });
    expect(await here.answer()).toMatchObject({
      err: { code: 'SENDER_REFUSED', retryable: false },
    });
    await here.ask([{ pattern: 'change', saga, id: '2' }]);
    for (const id of ['1', '2']) {
      const dead = await vhost.take(DEAD);
      expect(JSON.parse(String(dead.content))).toMatchObject({ pattern: 'change', id });
      expect(dead.properties.headers).toMatchObject({ 'dead-reason': 'SENDER_REFUSED' });
    }
    expect(here.served).toEqual([]);
    await vhost.publish(QUEUE, bodyOf({ pattern: 'change', saga }), { userId: user });
    await here.tell({ pattern: 'echo' });
    await waitFor('both to be served', () => here.served.length === 2);
    await here.expectAllAcknowledged();
  });

  it('names its user in what it publishes again, so that it takes its own retries and split batches', async () => {
    const user = new URL(rabbitmqUrl()).username;
    const acceptsSender = (_pattern: string, userId: string | undefined) => userId === user;
    let tries = 0;
    const failOnce = () => {
      tries += 1;
      if (tries === 1) throw new Fault('PROVIDER_UNAVAILABLE', 'once', true);
    };
    here = await serving({ change: failOnce }, { acceptsSender }, undefined, { userId: user });
    const { vhost } = here.testBroker;
    await vhost.publish(QUEUE, bodyOf({ pattern: 'change', data: 1 }), { userId: user });
    await waitFor('the second try', () => tries === 2);
    expect(await vhost.queue(DEAD)).toMatchObject({ messages: 0 });
    await here.expectAllAcknowledged();
  });

  it('that needs a saga requires it in each command of a batch', async () => {
    await serve({ change: () => 'changed' }, { needsSaga: () => true });
    const saga = { sagaId: 's', step: 'X', direction: 'do', attempt: 1 };
    await here.ask([
      { pattern: 'change', id: 'with', saga },
      { pattern: 'change', id: 'without' },
    ]);
    const dead = await here.testBroker.vhost.take(DEAD);
    expect(JSON.parse(String(dead.content))).toMatchObject({ id: 'without' });
    await here.expectAllAcknowledged();
    expect(here.served.map(({ id }) => id)).toEqual(['with']);
  });

  it.each([
    ['not JSON', '{"pattern":', 'NOT_JSON'],
    ['no packet', '{"data":1}', 'NOT_A_PACKET'],
    ['of an unknown pattern', '{"pattern":"thing.fly","id":"7"}', 'UNKNOWN_PATTERN'],
  ])('dead-letters a message that is %s and serves the next one', async (_, body, reason) => {
    await serve({}, { prefetch: 1 });
    await here.tell(body, { mine: 'kept' });
    await here.ask({ pattern: 'echo', data: 'next' });
    expect((await here.answer()).response).toBe('next');
    const dead = await here.testBroker.vhost.take(DEAD);
    expect(String(dead.content)).toBe(body);
    expect(dead.properties.headers).toMatchObject({
      'dead-reason': reason,
      'dead-queue': QUEUE,
      mine: 'kept',
    });
    await here.expectAllAcknowledged();
  });

  it('dead-letters a message with a header that cannot be written again', async () => {
    await serve({}, { prefetch: 1 });
    const unwritable = { '!': 'double', value: 4_503_599_627_370_495.5 };
    await here.tell('not json', { unwritable, nested: [{ unwritable }], mine: 'kept' });
    await here.ask({ pattern: 'echo', data: 'next' });
    expect((await here.answer()).response).toBe('next');
    const { headers } = (await here.testBroker.vhost.take(DEAD)).properties;
    expect(headers).toMatchObject({ 'dead-reason': 'NOT_JSON', mine: 'kept' });
    expect(headers).toMatchObject({ 'headers-dropped': true });
    await here.expectAllAcknowledged();
  });

  it('answers an unreadable message with a reply queue: refused, not retryable', async () => {
    await serve();
    await here.ask('{"pattern":');
    const no = { code: 'MALFORMED_COMMAND', retryable: false };
    expect((await here.answer()).err).toMatchObject(no);
    await here.ask({ pattern: 'thing.fly', id: 'id-9' });
    expect(await here.answer()).toMatchObject({ err: { code: 'UNKNOWN_PATTERN' }, id: 'id-9' });
    await here.expectAllAcknowledged();
    expect((await here.testBroker.vhost.queue(DEAD))?.messages).toBe(2);
  });

  it('requeues a command without a reply queue three times, then dead-letters it with its saga', async () => {
    await serve({
      fail: () => {
        throw new Fault('PROVIDER_UNAVAILABLE', 'still silent', true);
      },
    });
    const saga = { sagaId: 's1', step: 'ORDER_CREATED', direction: 'do', attempt: 1 };
    await here.tell({ pattern: 'fail', saga });
    const dead = await here.testBroker.vhost.take(DEAD);
    expect(here.served).toHaveLength(4);
    expect(dead.properties.headers).toMatchObject({
      'dead-reason': 'PROVIDER_UNAVAILABLE',
      'dead-detail': 'still silent',
      'dead-saga-id': 's1',
      [RETRIES_HEADER]: 3,
    });
    expect(JSON.parse(String(dead.content))).toEqual({ pattern: 'fail', saga });
    await here.expectAllAcknowledged();
  });

  it('does not requeue a command after a fault that is not retryable', async () => {
    await serve({
      fail: () => {
        throw new Fault('WRONG_SAGA', 'never', false);
      },
    });
    await here.tell({ pattern: 'fail' });
    await here.testBroker.vhost.take(DEAD);
    expect(here.served).toHaveLength(1);
  });

  it('never retries a command with a reply queue', async () => {
    await serve({
      fail: () => {
        throw new Fault('PROVIDER_UNAVAILABLE', 'silent', true);
      },
    });
    await here.ask({ pattern: 'fail' });
    await here.answer();
    await here.expectAllAcknowledged();
    expect(here.served).toHaveLength(1);
    expect(here.broker.counters).toMatchObject({ oneShotRetries: 0, deadLettered: 0 });
  });

  it('passes its fault points in order', async () => {
    const points: string[] = [];
    await serve({}, {}, (point) => void points.push(point));
    await here.ask({ pattern: 'echo' });
    await here.answer();
    await here.expectAllAcknowledged();
    expect(points).toEqual([
      'participant.on-arrival',
      'participant.after-commit-before-reply',
      'participant.after-reply-before-ack',
    ]);
  });
});
