import type { Database } from '@backstitch/database';
import { createLogger, metricsRegistry, openDatabase } from '@backstitch/service-kit';
import { COMMAND_QUEUES, COMMANDS, deadLetterQueueOf } from '@backstitch/shared-types';
import { serveCommands } from '@backstitch/service-kit/participant';
import { servedQueue, type ServedQueue } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppModule } from '../app.module.js';
import { newOrder, stockFixture, type StockFixture } from '../testing/stock-fixture.js';

const { inventoryReserve, inventoryRelease, inventoryCommit, inventoryList } = COMMANDS;
const { inventoryExtend, inventoryReturn } = COMMANDS;
const logger = createLogger({ app: 'test', level: 'silent' });

let stock: StockFixture;
let database: Database;
let queue: ServedQueue;

beforeAll(async () => {
  stock = await stockFixture();
  database = openDatabase({ url: stock.url, name: 'catalogue', logger, poolMax: 1 });
  const [returns] = stock.returns as [(typeof stock.returns)[number]];
  const terms = { currency: 'USD', ttlSeconds: 1800, logger };
  const parts = { database, stock: stock.repository, returns, ...terms };
  const name = COMMAND_QUEUES.inventory;
  const module = AppModule.of(parts);
  queue = await servedQueue(name, (brokerUrl) =>
    serveCommands({ brokerUrl, queue: name, module, database }),
  );
});

afterAll(async () => {
  expect(await stock.breaches()).toEqual([]);
  await queue.close();
  await database.close();
  await stock.close();
});

const times = <T>(n: number, act: () => Promise<T>) => Promise.all(Array.from({ length: n }, act));

describe('the inventory commands, through the queue', () => {
  it('extend, commit and take back what one order took, 20 times each at once', async () => {
    const productId = await stock.product(10, '29.99');
    const [orderId, returnId] = [newOrder(), newOrder()];
    const tag = (sagaId: string) => ({ sagaId, step: 'S', direction: 'do', attempt: 1 }) as const;
    const [saga, cancellation] = [tag(newOrder()), tag(newOrder())];
    const items = [{ productId, quantity: 3 }];
    await queue.ask(inventoryReserve, { orderId, items }, saga);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const extended = await times(20, () => queue.ask(inventoryExtend, { orderId, until }, saga));
    const lasting = { orderId, status: 'ACTIVE', expiresAt: until };
    expect(extended).toEqual(extended.map(() => lasting));
    await queue.ask(inventoryCommit, { orderId }, saga);
    const lines = [{ productId, quantity: 2 }];
    const back = { orderId, returnId, lines, disposition: 'RESTOCK' };
    const returned = await times(20, () => queue.ask(inventoryReturn, back, cancellation));
    expect(returned).toEqual(returned.map(() => ({ success: true })));
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'CONSUMED' });
    expect(await stock.productRow(productId)).toMatchObject({ stock_quantity: 9 });
  });

  it('reserve, commit and release one order, 20 times each at once', async () => {
    const productId = await stock.product(10, '29.99');
    const orderId = newOrder();
    const saga = {
      sagaId: newOrder(),
      step: 'INVENTORY_RESERVED',
      direction: 'do',
      attempt: 1,
    } as const;
    const items = [{ productId, quantity: 2, price: '29.99' }];
    const reserved = await times(20, () => queue.ask(inventoryReserve, { orderId, items }, saga));
    expect(reserved).toEqual(
      reserved.map(() => ({
        orderId,
        status: 'ACTIVE',
        expiresAt: expect.any(String),
        items: [{ productId, quantity: 2, price: '29.99' }],
      })),
    );
    const committed = await times(20, () => queue.ask(inventoryCommit, { orderId }, saga));
    expect(committed).toEqual(committed.map(() => ({ success: true })));
    expect(await stock.reservation(orderId)).toMatchObject({
      status: 'CONSUMED',
      saga_id: saga.sagaId,
    });
    const released = await times(20, () => queue.ask(inventoryRelease, { orderId }, saga));
    expect(released).toEqual(released.map(() => ({ success: true })));
    expect(await stock.productRow(productId)).toEqual({ stock_quantity: 10, version: 3 });
  });

  it('refuse a release without a saga of what a saga sold, and count the alarm', async () => {
    const productId = await stock.product(10);
    const orderId = newOrder();
    const saga = { sagaId: newOrder(), step: 'X', direction: 'do', attempt: 1 } as const;
    const items = [{ productId, quantity: 2 }];
    await queue.ask(inventoryReserve, { orderId, items }, saga);
    await queue.ask(inventoryCommit, { orderId }, saga);
    expect(await queue.ask(inventoryRelease, { orderId })).toMatchObject({
      code: 'ORDER_CONFIRMED',
      retryable: false,
    });
    expect(await stock.productRow(productId)).toMatchObject({ stock_quantity: 8 });
    const metrics = await metricsRegistry.metrics();
    expect(metrics).toMatch(/^stock_release_of_confirmed_total(\{.*\})? 1$/m);
  });

  it('answer a business rejection with its code, its reason and retryable: false', async () => {
    const productId = await stock.product(5);
    const items = [{ productId, quantity: 10 }];
    expect(await queue.ask(inventoryReserve, { orderId: newOrder(), items })).toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: 'A thing: 5 available, 10 requested',
      retryable: false,
      details: [{ productId, name: 'A thing', available: 5, requested: 10 }],
    });
  });

  it('know an order and its products in whatever case their ids are spelled', async () => {
    const productId = await stock.product(5);
    const orderId = newOrder();
    const items = [
      { productId: productId.toUpperCase(), quantity: 1 },
      { productId, quantity: 2 },
    ];
    await queue.ask(inventoryReserve, { orderId: orderId.toUpperCase(), items });
    expect((await stock.productRow(productId)).stock_quantity).toBe(2);
    await queue.ask(inventoryRelease, { orderId });
    expect((await stock.productRow(productId)).stock_quantity).toBe(5);
  });

  it('hold for the service’s lifetime or the longer one that is asked for', async () => {
    const productId = await stock.product(5);
    const secondsOf = async (holdSeconds?: number) => {
      const orderId = newOrder();
      const items = [{ productId, quantity: 1 }];
      await queue.ask(inventoryReserve, { orderId, items, ...(holdSeconds && { holdSeconds }) });
      const [row] = await stock.query<{ seconds: number }>(
        `SELECT round(extract(epoch FROM expires_at - created_at))::int AS seconds
          FROM reservations WHERE order_id = $1`,
        [orderId],
      );
      return row?.seconds;
    };
    expect([await secondsOf(), await secondsOf(60), await secondsOf(7200)]).toEqual([
      1800, 1800, 7200,
    ]);
  });

  it('list the catalogue with what is available', async () => {
    const productId = await stock.product(7, '19.99');
    const answers = await times(5, () => queue.ask(inventoryList, null));
    for (const products of answers) {
      expect(products).toContainEqual({
        id: productId,
        name: 'A thing',
        description: '',
        price: '19.99',
        currency: 'USD',
        available: 7,
        sellerId: null,
        category: null,
        imageUrl: null,
        isAvailable: true,
        version: 1,
      });
    }
  });

  it.each([
    ['no order', { orderId: undefined, items: [] }],
    ['no items', { orderId: newOrder(), items: [] }],
    [
      'a quantity of 1.5',
      { orderId: newOrder(), items: [{ productId: newOrder(), quantity: 1.5 }] },
    ],
  ])(
    'that are malformed (%s) are answered so, dead-lettered, and change nothing',
    async (_, data) => {
      expect(await queue.ask(inventoryReserve, data)).toMatchObject({
        code: 'MALFORMED_COMMAND',
        retryable: false,
      });
      await queue.vhost.take(deadLetterQueueOf(COMMAND_QUEUES.inventory));
      if (data.orderId) expect(await stock.reservation(data.orderId)).toBeUndefined();
    },
  );

  it('of a saga whose id is no UUID are malformed', async () => {
    const saga = { sagaId: 'saga-1', step: 'S', direction: 'do', attempt: 1 } as const;
    const answer = await queue.ask(inventoryCommit, { orderId: newOrder() }, saga);
    expect(answer).toMatchObject({ code: 'MALFORMED_COMMAND', retryable: false });
    await queue.vhost.take(deadLetterQueueOf(COMMAND_QUEUES.inventory));
  });
});
