import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Database } from '@backstitch/database';
import { RowLocked } from '@backstitch/service-kit';
import { creation, ordersDatabase } from '../testing/orders-database.js';
import { OrdersRepository } from './orders.repository.js';

/** As in the service. */
const LOCK_TIMEOUT_MS = 300;

let server: Awaited<ReturnType<typeof ordersDatabase>>;
let database: Database;
let orders: OrdersRepository;

beforeAll(async () => {
  server = await ordersDatabase();
  database = server.open(10, LOCK_TIMEOUT_MS);
  orders = new OrdersRepository(database, 'USD');
});

afterAll(() => server.drop());

it.each([
  ['an order', 'SELECT FROM orders WHERE id = $1 FOR UPDATE', true],
  [
    'an order that is just being inserted',
    `INSERT INTO orders (id, status, saga_state, currency)
     VALUES ($1, 'CANCELLED', 'COMPENSATED', 'USD')`,
    false,
  ],
])(
  '%s that another session keeps locked delays its own commands only',
  async (_what, lock, isThere) => {
    const write = creation();
    if (isThere) await orders.write(write);
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query(lock, [write.orderId]);
    try {
      for (let round = 0; round < 3; round += 1) {
        const own = orders.write(isThere ? { change: 'confirm', orderId: write.orderId } : write);
        const outcome = expect(own).rejects.toBeInstanceOf(RowLocked);
        const others = await Promise.all(
          Array.from({ length: 40 }, () => orders.write(creation())),
        );
        expect(others.map(({ found }) => found)).toEqual(others.map(() => undefined));
        await outcome;
      }
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    const { found } = await orders.write({ ...write, change: 'create' });
    expect(found?.status).toBe(isThere ? 'PENDING' : undefined);
  },
);
