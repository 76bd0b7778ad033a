import type { Database } from '@backstitch/database';
import { ORDER_EVENTS_EXCHANGE } from '@backstitch/event-contracts';
import { Broker, type EventMessage, EventPublisher } from '@backstitch/messaging';
import { newUuid } from '@backstitch/shared-types';
import { testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OrdersRepository } from '../orders/orders.repository.js';
import { eventConsumer, type EventConsumer } from '../testing/event-consumer.js';
import { creation, ordersDatabase, silent } from '../testing/orders-database.js';
import { EventsRelay, type RelayParts } from './events.relay.js';
import { OutboxRepository } from './outbox.repository.js';

let server: Awaited<ReturnType<typeof ordersDatabase>>;
let database: Database;
let vhost: TestVhost;
let orders: OrdersRepository;
let consumer: EventConsumer;
const brokers: Broker[] = [];

async function openBroker(): Promise<Broker> {
  const broker = new Broker({ urls: [vhost.url], name: 'test', logger: silent, queues: [] });
  brokers.push(broker);
  broker.connect();
  await broker.ready();
  return broker;
}

beforeAll(async () => {
  server = await ordersDatabase();
  database = server.open();
  vhost = await testVhost('events_relay');
  orders = new OrdersRepository(database, 'USD');
  consumer = await eventConsumer(vhost.url);
});
afterAll(async () => {
  await consumer.close();
  for (const broker of brokers) await broker.close();
  await vhost.drop();
  await server.drop();
});
beforeEach(() => {
  consumer.received.length = 0;
  consumer.sizes.length = 0;
});

const never = () => new AbortController().signal;
const publisherOn = (broker: Broker, queues: readonly string[] = []) =>
  new EventPublisher(broker, { exchange: ORDER_EVENTS_EXCHANGE, queues });

async function relayOf(more: Partial<RelayParts> = {}): Promise<EventsRelay> {
  const outbox = new OutboxRepository(server.open());
  const publisher = more.publisher ?? publisherOn(await openBroker());
  return new EventsRelay({ outbox, publisher, hasQueues: false, ...more });
}

async function leftInOutbox(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM order_outbox',
  );
  return rows[0]!.n;
}

/** Orders that are created and confirmed; resolves to their ids. */
async function confirmedOrders(count: number): Promise<string[]> {
  const writes = Array.from({ length: count }, () => creation(newUuid(), newUuid()));
  await Promise.all(writes.map((write) => orders.write(write)));
  await Promise.all(
    writes.map(({ orderId, sagaId }) => orders.write({ change: 'confirm', orderId, sagaId })),
  );
  return writes.map(({ orderId }) => orderId);
}

const allArrived = (ids: readonly string[]) =>
  waitFor('all events to arrive', () => {
    const arrivals = consumer.firstArrivals();
    return ids.every((id) => arrivals.get(id)?.length === 2) && arrivals;
  });

describe('the relay of events', () => {
  // R82
  it('publishes each event, in the order of its order, and empties the outbox', async () => {
    const ids = await confirmedOrders(150);
    expect(await leftInOutbox()).toBe(300);
    await (await relayOf()).run(never());
    expect(await leftInOutbox()).toBe(0);
    const arrivals = await allArrived(ids);
    expect([...arrivals.values()].every(([first, second]) => first === 1 && second === 2)).toBe(
      true,
    );
    expect(consumer.received).toHaveLength(300);
    expect(Math.max(...consumer.sizes)).toBe(64);
    expect(consumer.problems).toEqual([]);
  });

  it('publishes the events of a pass that is full, and those after it', async () => {
    const ids = await confirmedOrders(20);
    await (await relayOf({ eventsMax: 7 })).run(never());
    expect(await leftInOutbox()).toBe(0);
    const arrivals = await allArrived(ids);
    expect([...arrivals.values()]).toEqual(ids.map(() => [1, 2]));
  });

  // R83
  it('keeps the order when several instances run and orders arrive meanwhile', async () => {
    const relays = await Promise.all(Array.from({ length: 3 }, () => relayOf({ eventsMax: 11 })));
    let isWriting = true;
    const relaying = relays.map(async (relay) => {
      while (isWriting || (await leftInOutbox()) > 0) await relay.run(never());
    });
    const ids: string[] = [];
    for (let round = 0; round < 10; round += 1) ids.push(...(await confirmedOrders(30)));
    isWriting = false;
    await Promise.all(relaying);
    const arrivals = await allArrived(ids);
    expect([...arrivals.values()]).toEqual(ids.map(() => [1, 2]));
    expect(consumer.received).toHaveLength(600);
  });

  // R82
  it('keeps an event whose confirm is lost, and publishes it again under its id', async () => {
    const publisher = publisherOn(await openBroker());
    let isLost = true;
    const losing = {
      isAvailable: true,
      declareAgain: () => undefined,
      publish: async (messages: readonly EventMessage[]) => {
        const results = await publisher.publish(messages);
        if (isLost) throw new Error('the confirm was lost');
        return results;
      },
    };
    const relay = await relayOf({ publisher: losing });
    const [id] = await confirmedOrders(1);
    await expect(relay.run(never())).rejects.toThrow(/confirm was lost/);
    expect(await leftInOutbox()).toBe(2);
    isLost = false;
    await relay.run(never());
    expect(await leftInOutbox()).toBe(0);
    await allArrived([id!]);
    // The first one was published twice, and the second one once.
    const received = consumer.received.map((event) => event.id);
    expect(received).toEqual([`${id}:1`, `${id}:1`, `${id}:2`]);
  });

  it('publishes nothing while the broker is away', async () => {
    const publish = () => Promise.reject(new Error('nothing may be published'));
    const publisher = { isAvailable: false, declareAgain: () => undefined, publish };
    const relay = await relayOf({ publisher });
    await confirmedOrders(1);
    await relay.run(never());
    expect(await leftInOutbox()).toBe(2);
    await (await relayOf()).run(never());
    expect(await leftInOutbox()).toBe(0);
  });
});

describe('the outbox', () => {
  it('has nothing where events are not published', async () => {
    const silentOrders = new OrdersRepository(database, 'USD', false);
    const write = creation(newUuid());
    await silentOrders.write(write);
    expect(await leftInOutbox()).toBe(0);
    const text = 'SELECT FROM order_events WHERE order_id = $1';
    expect((await database.pool.query(text, [write.orderId])).rowCount).toBe(1);
  });

  it('gets nothing from a command that changes nothing', async () => {
    const [id] = await confirmedOrders(1);
    await (await relayOf()).run(never());
    await orders.write({ change: 'confirm', orderId: id!, sagaId: undefined });
    await orders.write({ change: 'cancel', orderId: id!, sagaId: undefined });
    expect(await leftInOutbox()).toBe(0);
  });
});

describe('events that no queue is bound for', () => {
  let empty: TestVhost;
  beforeAll(async () => {
    empty = await testVhost('events_unbound');
  });
  afterAll(() => empty.drop());

  async function brokerThere(): Promise<Broker> {
    const broker = new Broker({ urls: [empty.url], name: 'test', logger: silent, queues: [] });
    brokers.push(broker);
    broker.connect();
    await broker.ready();
    return broker;
  }

  it('are gone when no queue is configured', async () => {
    await confirmedOrders(1);
    await (await relayOf({ publisher: publisherOn(await brokerThere()) })).run(never());
    expect(await leftInOutbox()).toBe(0);
  });

  // R85
  it('stay in the outbox when a configured queue was deleted, until it is there again', async () => {
    const broker = await brokerThere();
    const publisher = publisherOn(broker, ['known']);
    const relay = await relayOf({ publisher, hasQueues: true });
    await confirmedOrders(1);
    await relay.run(never());
    const channel = await broker.openChannel();
    await channel.deleteQueue('known');
    await confirmedOrders(1);
    await expect(relay.run(never())).rejects.toThrow(/queue for events/);
    expect(await leftInOutbox()).toBe(2);
    await relay.run(never());
    expect(await leftInOutbox()).toBe(0);
    expect(await channel.checkQueue('known')).toMatchObject({ messageCount: 2 });
    await channel.close();
  });
});
