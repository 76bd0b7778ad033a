import { createLoggerTo } from '@backstitch/service-kit';
import { COMMAND_QUEUES, deadLetterQueueOf, newUuid } from '@backstitch/shared-types';
import { testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrchestratorConfig } from '../../config.js';
import { Orchestrators } from '../../testing/orchestrators.js';
import { registeredSagas } from '../../sagas/registry.js';
import { SagaRegistry } from '../registry/saga-registry.js';
import { SagaRuntime } from '../saga.runtime.js';
import { UnknownQueue } from './brokers.client.js';

const { order, inventory, payment } = COMMAND_QUEUES;

interface Asked {
  replyTo: string;
  correlationId: string;
}

describe('an orchestrator whose participants have a virtual host each', () => {
  const lines: string[] = [];
  let shop: Orchestrators;
  let vhosts: Record<string, TestVhost>;
  let runtime: SagaRuntime;
  let config: OrchestratorConfig;

  beforeAll(async () => {
    shop = await Orchestrators.prepare();
    vhosts = {
      [order]: await testVhost('orders'),
      [inventory]: await testVhost('stock'),
      [payment]: await testVhost('payments'),
    };
    config = Object.assign(new OrchestratorConfig(), {
      DB_URL: shop.database.url,
      RABBITMQ_URL: shop.vhost.url,
      RABBITMQ_VHOSTS: Object.entries(vhosts)
        .map(([queue, { name }]) => `${queue}=${name}`)
        .join(),
      COMMANDS: 'strict',
      REPLY_TIMEOUT_MS: 60_000,
      STEP_DEADLINE_MS: 100_000,
    });
    runtime = new SagaRuntime({
      registry: new SagaRegistry(registeredSagas(config)),
      config,
      logger: createLoggerTo({ write: (line: string) => void lines.push(line) }, 'test', 'info'),
    });
    runtime.start();
    await waitFor('the replies of all', () => runtime.whyRepliesAreAway() === undefined);
    await waitFor('the broker', () => runtime.whyBrokerIsAway() === undefined);
  });
  afterAll(async () => {
    await runtime.engine.stop();
    await runtime.close();
    await shop.close();
    for (const vhost of Object.values(vhosts)) await vhost.drop();
  });

  async function begin(): Promise<string> {
    const sagaId = newUuid();
    const [definition] = runtime.registry.saga('checkout')!.definitions;
    const input = { userId: 'user', items: [], totalAmount: '0.00' };
    await runtime.store.heartbeat();
    await runtime.engine.start({ definition, sagaId, subjectId: newUuid(), input });
    return sagaId;
  }

  const stepOf = async (sagaId: string) =>
    (
      await shop.query('SELECT current_step AS step FROM saga_state WHERE saga_id = $1', [sagaId])
    )[0]?.['step'];

  it('sends each command to the virtual host of its queue, as its user, and takes the reply of no other', async () => {
    const sagaId = await begin();
    const first = await vhosts[order]!.take(order);
    const { id } = JSON.parse(first.content.toString()) as { id: string };
    expect(first.properties.userId).toBe(config.brokerUser);
    const { replyTo: ofOrders } = first.properties as Asked;
    const reply = Buffer.from(JSON.stringify({ response: {}, isDisposed: true, id }));

    // Payment-service answers for order-service, in the reply queue that it knows.
    const asking = runtime.brokers.request(payment, 'payment.get', {}, 60_000);
    const asked = (await vhosts[payment]!.take(payment)).properties as Asked;
    const answer = Buffer.from(JSON.stringify({ response: 'paid', isDisposed: true }));
    const own = { correlationId: asked.correlationId };
    await vhosts[payment]!.publish(asked.replyTo, answer, own);
    expect(await asking).toBe('paid');
    const before = await stepOf(sagaId);
    await vhosts[payment]!.publish(asked.replyTo, reply, { correlationId: id });
    await waitFor('the forged reply to be dropped', () =>
      lines.some((line) => line.includes('a reply by another virtual host')),
    );
    expect(await stepOf(sagaId)).toBe(before);

    await vhosts[order]!.publish(ofOrders, reply, { correlationId: id });
    const second = await vhosts[inventory]!.take(inventory);
    expect(JSON.parse(second.content.toString())).toMatchObject({ pattern: 'inventory.reserve' });
    expect(await vhosts[inventory]!.queue(order)).toBeUndefined();
  });

  it('takes dead letters out of each virtual host, and replays them where they died', async () => {
    const stored: string[] = [];
    const use = {
      store: async (all: readonly { queue: string }[]) =>
        void stored.push(...all.map((one) => one.queue)),
      pauseOn: { causedBy: () => false, recovered: async () => true },
    };
    const queues = [order, inventory, payment];
    const consumers = queues.map((queue) => runtime.brokers.deadLetters.consumer(queue, use));
    for (const one of consumers) one.start();
    for (const queue of queues) {
      await vhosts[queue]!.publish(deadLetterQueueOf(queue), Buffer.from('{}'));
    }
    await waitFor('all to be stored', () => stored.length === queues.length);
    expect(stored.sort()).toEqual([...queues].sort());
    for (const one of consumers) await one.close(1_000);
    const body = Buffer.from('{"pattern":"payment.get","data":{}}');
    const properties = { headers: {} } as never;
    await runtime.brokers.deadLetters.replay({ queue: payment, body, properties });
    expect((await vhosts[payment]!.take(payment)).content).toEqual(body);
  });

  it('counts the messages and consumers of the queues of all', async () => {
    await vhosts[order]!.publish(deadLetterQueueOf(order), Buffer.from('{}'));
    const { inspector } = runtime.brokers;
    const counts = await inspector.read();
    expect(inspector.queues).toHaveLength(6);
    expect(counts).toHaveLength(6);
    expect(counts[inspector.queues.indexOf(deadLetterQueueOf(order))]).toMatchObject({
      messages: 1,
    });
  });

  it('does not start with a virtual host for a queue that no saga uses', () => {
    const wrong = Object.assign(new OrchestratorConfig(), config, { RABBITMQ_VHOSTS: 'orders=x' });
    const registry = new SagaRegistry(registeredSagas(wrong));
    const logger = createLoggerTo({ write: () => undefined }, 'test', 'info');
    expect(() => new SagaRuntime({ registry, config: wrong, logger })).toThrow(UnknownQueue);
  });
});
