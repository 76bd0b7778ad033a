import { fileURLToPath } from 'node:url';
import type { Database } from '@backstitch/database';
import { newUuid } from '@backstitch/shared-types';
import { type AppProcess, startApp, testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrdersRepository } from '../orders/orders.repository.js';
import { eventConsumer, type EventConsumer } from '../testing/event-consumer.js';
import { creation, ordersDatabase } from '../testing/orders-database.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ORDERS = 60;

let server: Awaited<ReturnType<typeof ordersDatabase>>;
let database: Database;
let vhost: TestVhost;
let consumer: EventConsumer;

beforeAll(async () => {
  server = await ordersDatabase();
  database = server.open();
  vhost = await testVhost('relay_process');
  consumer = await eventConsumer(vhost.url);
});
afterAll(async () => {
  await consumer.close();
  await vhost.drop();
  await server.drop();
});

function start(more: Record<string, string> = {}): Promise<AppProcess> {
  const variables = { DB_URL: server.url, RABBITMQ_URL: vhost.url, METRICS_PORT: '0' };
  return startApp(MAIN, { NODE_ENV: 'test', ...variables, ...more });
}

describe('order-service', () => {
  // R82
  it('loses no event and no order of events when it is killed after a confirm', async () => {
    const orders = new OrdersRepository(database, 'USD');
    const writes = Array.from({ length: ORDERS }, () => creation(newUuid(), newUuid()));
    await Promise.all(writes.map((write) => orders.write(write)));
    await Promise.all(
      writes.map(({ orderId, sagaId }) => orders.write({ change: 'confirm', orderId, sagaId })),
    );
    const killed = await start({ FAULT_POINT: 'relay.after-confirm-before-delete' });
    await waitFor('all events', () => consumer.received.length === 2 * ORDERS);
    await killed.kill();
    const { rows } = await database.pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM order_outbox',
    );
    expect(rows).toEqual([{ n: 2 * ORDERS }]);
    const another = await start();
    await waitFor('the outbox to be empty', async () => {
      const left = await database.pool.query('SELECT FROM order_outbox LIMIT 1');
      return left.rowCount === 0;
    });
    await another.stop();
    await waitFor('all events twice', () => consumer.received.length === 4 * ORDERS);
    const arrivals = consumer.firstArrivals();
    expect([...arrivals.values()]).toEqual(writes.map(() => [1, 2]));
    expect(new Set(consumer.received.map(({ id }) => id)).size).toBe(2 * ORDERS);
    expect(consumer.problems).toEqual([]);
  });
});
