import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '@backstitch/database';
import { DatabaseAway } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { creation, ordersDatabase } from '../testing/orders-database.js';
import { OrdersRepository, type Written } from './orders.repository.js';

/**
 * A statement sees what was committed before it began, and then waits for the locks of others. What
 * they commit meanwhile is the trap; here it is set on purpose, each time in the same way.
 */
describe('a write that waited for another transaction', () => {
  let server: Awaited<ReturnType<typeof ordersDatabase>>;
  let database: Database;
  let orders: OrdersRepository;

  beforeAll(async () => {
    server = await ordersDatabase();
    database = server.open();
    orders = new OrdersRepository(database, 'USD');
  });

  afterAll(() => server.drop());

  /**
   * Starts the write while `first`, of another transaction, is not committed yet; then commits it.
   */
  const writeBehind = async (
    [first, ...values]: [text: string, ...values: unknown[]],
    write: () => Promise<Written>,
    meanwhile: () => Promise<void> = async () => undefined,
  ): Promise<Written> => {
    const other = await database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query(first, values);
      const written = write();
      await waitFor('the write to wait', async () => {
        const blocked = `SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return (await database.pool.query(blocked)).rowCount === 1;
      });
      await meanwhile();
      await other.query('COMMIT');
      return await written;
    } finally {
      other.release();
    }
  };

  const TOMBSTONE = `INSERT INTO orders (id, status, saga_state, currency)
    VALUES ($1, 'CANCELLED', 'COMPENSATED', 'USD')`;
  const CREATE = `INSERT INTO orders (id, status, saga_state, currency, user_id, total_amount)
    VALUES ($1, 'PENDING', 'ORDER_CREATED', 'USD', 'u', 1)`;
  const CANCEL = `UPDATE orders SET status = 'CANCELLED', saga_state = 'COMPENSATED' WHERE id = $1`;
  const CONFIRM = `UPDATE orders SET status = 'CONFIRMED', saga_state = 'ORDER_CONFIRMED'
    WHERE id = $1`;

  it('creates nothing over a tombstone that was set meanwhile', async () => {
    const write = creation();
    const written = await writeBehind([TOMBSTONE, write.orderId], () => orders.write(write));
    expect(written.found?.status).toBe('CANCELLED');
    expect(await orders.read(write.orderId)).toMatchObject({ status: 'CANCELLED', items: [] });
  });

  it('undoes an order that was created meanwhile', async () => {
    const orderId = newUuid();
    const written = await writeBehind([CREATE, orderId], () =>
      orders.write({ change: 'cancel', orderId }),
    );
    expect(written.found?.status).toBe('PENDING');
    expect((await orders.read(orderId))?.status).toBe('CANCELLED');
  });

  it.each([
    ['confirm', CANCEL, 'CANCELLED'],
    ['cancel', CONFIRM, 'CONFIRMED'],
  ] as const)('does not %s what was decided otherwise meanwhile', async (change, first, status) => {
    const write = creation();
    const { orderId } = write;
    await orders.write(write);
    const written = await writeBehind([first, orderId], () => orders.write({ change, orderId }));
    expect(written.found?.status).toBe(status);
    expect((await orders.read(orderId))?.status).toBe(status);
  });

  it('delays no other batch', async () => {
    const write = creation();
    const { orderId } = write;
    await orders.write(write);
    const confirm = () => orders.write({ change: 'confirm', orderId });
    const written = await writeBehind([CONFIRM, orderId], confirm, async () => {
      expect((await orders.write(creation())).found).toBeUndefined();
    });
    expect(written.found?.status).toBe('CONFIRMED');
  });

  it('fails a batch whose connection is killed with DatabaseAway; the repeat answers what was done', async () => {
    const write = creation();
    const other = await database.pool.connect();
    await other.query('BEGIN');
    await other.query(CREATE, [write.orderId]);
    const lost = orders.write(write);
    const outcome = expect(lost).rejects.toBeInstanceOf(DatabaseAway);
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await waitFor('the kill', async () => (await database.pool.query(kill)).rowCount === 1);
    await outcome;
    await other.query('ROLLBACK');
    other.release();
    expect(await orders.write(write)).toEqual({ found: undefined, totalAmount: '49.98' });
  });
});
