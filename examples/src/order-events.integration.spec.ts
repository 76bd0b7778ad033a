import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type AppProcess,
  QueueClient,
  startApp,
  testDatabase,
  type TestDatabase,
  testVhost,
  type TestVhost,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { follow, FOLLOW_MS_MAX } from './follow-readme.js';
import { PROJECT } from './packed.js';
import { stepsOf } from './readme-script.js';

const run = promisify(execFile);
const README = join(PROJECT, 'examples/order-events/README.md');
const DIST = join(PROJECT, 'apps/order-service/dist');
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let folder: string;
let vhost: TestVhost;
let shopDatabase: TestDatabase;
let ownDatabase: TestDatabase;
let own: pg.Client;
let shop: AppProcess;
let queue: QueueClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstitch-order-events-'));
  vhost = await testVhost('order_events');
  shopDatabase = await testDatabase({
    name: 'order_events_shop',
    migrate: async (url) => {
      const env = { ...process.env, DB_URL: url };
      await run(process.execPath, [join(DIST, 'database/migrate.js')], { env });
    },
  });
  ownDatabase = await testDatabase({ name: 'order_events', migrate: async () => undefined });
  own = new pg.Client({ connectionString: ownDatabase.url });
  await own.connect();
  const variables = { DB_URL: shopDatabase.url, RABBITMQ_URL: vhost.url, METRICS_PORT: '0' };
  shop = await startApp(join(DIST, 'main.js'), { NODE_ENV: 'test', ...variables });
  queue = await QueueClient.connect(vhost.url);
}, 120_000);

afterAll(async () => {
  await queue?.close();
  await shop?.stop();
  await own?.end();
  await vhost?.drop();
  await shopDatabase?.drop();
  await ownDatabase?.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Resolves when the queue of the consumer is bound. */
async function startConsumer(): Promise<ChildProcess> {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: ownDatabase.url,
    RABBITMQ_URL: vhost.url,
    // order-service itself: in development it answers an app that sends no signature.
    SHOP_URL: shop.url,
  };
  const consumer = spawn(process.execPath, [join(folder, 'consumer.js')], { env });
  let printed = '';
  for (const stream of [consumer.stdout, consumer.stderr]) {
    stream.on('data', (text: Buffer) => (printed += text.toString()));
  }
  await waitFor('the consumer to receive', () => printed.includes('receives order.events'));
  return consumer;
}

async function stop(consumer: ChildProcess): Promise<unknown> {
  const exited = once(consumer, 'exit');
  consumer.kill('SIGTERM');
  return (await exited)[0];
}

async function place(orderId: string): Promise<void> {
  const items = [{ productId: PRODUCT, quantity: 2, price: '29.99' }];
  const order = { orderId, userId: 'ann', items, totalAmount: '59.98' };
  await queue.call('order_commands', 'order.create', order);
}
const confirm = (orderId: string) => queue.call('order_commands', 'order.confirm', { orderId });

interface Total {
  version: number;
  status: string;
  total: string;
  currency: string;
}

async function totalOf(orderId: string): Promise<Total | undefined> {
  const text = 'SELECT version, status, total, currency FROM order_totals WHERE order_id = $1';
  const { rows } = await own.query<Total>(text, [orderId]).catch(() => ({ rows: [] }));
  return rows[0];
}
const confirmed = { version: 2, status: 'CONFIRMED', total: '59.98', currency: 'USD' };
const untilConfirmed = (orderId: string) =>
  waitFor('the order to be confirmed at the consumer', async () => {
    const total = await totalOf(orderId);
    return total?.version === 2 && total;
  });

async function outboxIsEmpty(): Promise<void> {
  const client = new pg.Client({ connectionString: shopDatabase.url });
  await client.connect();
  await waitFor('the outbox to be empty', async () => {
    return (await client.query('SELECT FROM order_outbox LIMIT 1')).rowCount === 0;
  });
  await client.end();
}

/** Sends the first event of an order again, as a relay does that was killed. */
async function publishAgain(orderId: string): Promise<void> {
  const event = {
    specversion: '1.0',
    id: `${orderId}:1`,
    source: '/order-service',
    type: 'order.placed.v1',
    subject: orderId,
    time: new Date().toISOString(),
    sequence: '0000000001',
    data: { orderId, status: 'PENDING', sagaId: null, totalAmount: '59.98', currency: 'USD' },
  };
  const later = { ...event, id: `${orderId}:9`, type: 'order.wrapped.v1', data: {} };
  const connection = await connect(vhost.url);
  const channel = await connection.createConfirmChannel();
  channel.publish('order.events', 'order.placed', Buffer.from(JSON.stringify([event, later])));
  await channel.waitForConfirms();
  await connection.close();
}

describe('the example of a consumer of events', () => {
  it(
    'is installed as its README says, and follows orders also over repeats, gaps and restarts',
    async () => {
      const steps = stepsOf(await readFile(README, 'utf8'));
      const followed = await follow(steps, { ORDER_EVENTS: folder });
      expect({ ...followed, lastOutput: '' }).toEqual({ code: 0, lastOutput: '', wrong: [] });

      const early = randomUUID();
      await place(early);
      await outboxIsEmpty(); // its first event is gone: no queue was bound
      let consumer = await startConsumer();
      const orderId = randomUUID();
      await place(orderId);
      await confirm(orderId);
      await confirm(early);
      expect(await untilConfirmed(orderId)).toEqual(confirmed);
      expect(await untilConfirmed(early)).toEqual(confirmed);
      expect(await stop(consumer)).toBe(0);

      const missed = randomUUID();
      await place(missed);
      await publishAgain(orderId);
      await confirm(missed);
      consumer = await startConsumer();
      expect(await untilConfirmed(missed)).toEqual(confirmed);
      expect(await totalOf(orderId)).toEqual(confirmed);
      expect(await stop(consumer)).toBe(0);
      const inbox = await own.query<{ n: number }>('SELECT count(*)::int AS n FROM event_inbox');
      expect(inbox.rows).toEqual([{ n: 5 }]);
    },
    FOLLOW_MS_MAX + 60_000,
  );
});
