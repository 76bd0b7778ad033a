import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import type { CommandPacket } from '@backstitch/shared-types';
import type { CommandServerOptions } from '../consume/command-server.js';
import { type BatchingClient, batchingClient } from '../testing/batching-client.js';
import { DEAD, type Handlers, QUEUE, REPLIES, serving, type Serving } from '../testing/serving.js';

// The management API lists a new connection only seconds later.
describe('a redelivered batch', () => {
  let here: Serving;
  let batching: BatchingClient;
  afterEach(() => here.testBroker.close());

  async function serve(handlers: Handlers = {}, options: Partial<CommandServerOptions> = {}) {
    // The management API may take long to cut a connection.
    here = await serving(handlers, { handlerDeadlineMs: 60_000, ...options });
    batching = batchingClient(here.testBroker.vhost);
  }

  /** Waits until the server detects it: its deliveries are then no longer its own. */
  async function loseDeliveries(): Promise<void> {
    const { counters } = here.broker;
    const before = counters.connectionsLost;
    await here.cut('consume');
    await waitFor('the loss to be noticed', () => counters.connectionsLost > before);
  }

  const times = (pattern: string) => here.served.filter((one) => one.pattern === pattern).length;
  /** Waits until each of these was answered singly. */
  async function answeredSingly(...ids: string[]): Promise<void> {
    const missing = new Set<unknown>(ids);
    while (missing.size > 0) {
      const { content, properties } = await here.testBroker.vhost.take(REPLIES);
      const reply = JSON.parse(content.toString()) as { id?: string };
      if (reply.id === properties.correlationId) missing.delete(reply.id);
    }
  }

  it('is split, so that a command that kills its server is alone the next time', async () => {
    let kills = 0;
    // Like a dead process, it loses every unacknowledged delivery.
    const kill = async () => {
      kills += 1;
      if (kills < 3) await loseDeliveries();
    };
    await serve({ kill, a: () => 'a', b: () => 'b' }, { prefetch: 1 });
    const batch = ['a', 'kill', 'b'].map((pattern) => ({ pattern, id: pattern }));
    await batching.ask(batch, { mine: 'kept' });
    await answeredSingly('a', 'kill', 'b');
    await here.expectAllAcknowledged();
    // b waited for its turn when the first server died, and is not in a batch with it again.
    expect([times('a'), times('kill'), times('b')]).toEqual([2, 3, 1]);
    expect(here.broker.counters).toMatchObject({ batchesSplit: 1, deadLettered: 0 });
  });

  it('is requeued with its properties, and an invalid element is dead-lettered with its own bytes', async () => {
    let isFirst = true;
    const once = async () => {
      if (isFirst) await loseDeliveries();
      isFirst = false;
    };
    await serve({ once }, { prefetch: 1 });
    const nested = '[{"pattern":"echo","id":"nested"}]';
    const body = `[{"pattern":"once"},${nested},{"pattern":"fly","id":"7"}]`;
    await here.testBroker.vhost.publish(QUEUE, Buffer.from(body), { headers: { mine: 'kept' } });
    const letters = [
      await here.testBroker.vhost.take(DEAD),
      await here.testBroker.vhost.take(DEAD),
    ];
    const texts = letters.map(({ content }) => content.toString());
    expect(texts.sort()).toEqual([nested, '{"pattern":"fly","id":"7"}']);
    for (const { properties } of letters) {
      expect(properties.headers).toMatchObject({ mine: 'kept', 'dead-queue': QUEUE });
    }
    await waitFor('the second time', () => times('once') === 2);
    await here.expectAllAcknowledged();
    expect(times('echo')).toBe(0);
  });

  it('contains exactly the unfinished deliveries, because no acknowledgement includes them', async () => {
    const ends = new Map<unknown, () => void>();
    const hang = ({ data }: CommandPacket) => new Promise<void>((end) => ends.set(data, end));
    await serve({ hang });
    for (const data of [1, 2, 3, 4, 5, 6]) await here.ask({ pattern: 'hang', data });
    await waitFor('all', () => ends.size === 6);
    for (const finished of [5, 1, 2, 4]) ends.get(finished)!();
    await waitFor('the acknowledgements', () => here.server.status().inFlight === 2);
    ends.clear();
    await loseDeliveries();
    await waitFor('those that come again', () => ends.size === 2);
    expect([...ends.keys()]).toEqual([3, 6]);
    for (const end of ends.values()) end();
    await waitFor('nothing to be in flight but the lost two', () => {
      return here.server.status().inFlight === 2;
    });
    expect(here.served.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6, 3, 6]);
    expect((await here.testBroker.vhost.queue(QUEUE))?.messages).toBe(0);
  });

  it('is not served by a consumer whose channel closed while it waited', async () => {
    const ends: (() => void)[] = [];
    const slow = () => new Promise<void>((end) => ends.push(end));
    await serve({ slow }, { prefetch: 1 });
    await batching.ask(['slow', 'echo', 'echo'].map((pattern) => ({ pattern, id: pattern })));
    await waitFor('the first', () => ends.length === 1);
    await loseDeliveries();
    await waitFor('the redelivery', () => here.broker.counters.batchesSplit === 1);
    ends[0]!();
    // The other commands of the lost batch had their turn before, because they arrived first.
    await waitFor('the slow one again', () => ends.length === 2);
    expect(times('echo')).toBe(0);
    ends[1]!();
    await waitFor('the others', () => times('echo') === 2);
    await here.expectAllAcknowledged();
    expect(here.served).toHaveLength(4);
  });
});
