import { openCaller } from '@backstitch/auth';
import type { Database } from '@backstitch/database';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foldOrder } from '../orders/order-fold.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { cartsApp, type CartsApp, customer } from '../testing/carts-app.js';
import { creation, MOUSE } from '../testing/orders-database.js';
import { HistoryRepository } from './history.repository.js';

let app: CartsApp;
let database: Database;
let orders: OrdersRepository;
let replica: OrdersRepository;
let history: HistoryRepository;

beforeAll(async () => {
  app = await cartsApp();
  database = app.server.open();
  orders = new OrdersRepository(database, 'USD');
  replica = new OrdersRepository(app.server.open(), 'USD');
  history = new HistoryRepository(database);
});
afterAll(() => app.close());

const ANN = customer('ann');
const change = (change: 'confirm' | 'cancel', orderId: string, sagaId?: string) =>
  orders.write({ change, orderId, sagaId });

/** An order of Ann that was created and then ended so. */
async function ended(by: 'confirm' | 'cancel'): Promise<string> {
  const write = { ...creation(newUuid(), newUuid()), caller: ANN.id, cartVersion: 3 };
  await orders.write(write);
  await change(by, write.orderId, write.sagaId);
  return write.orderId;
}

async function rowOf(orderId: string) {
  const time = (column: string) =>
    `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  const text = `SELECT version, status, saga_state AS "sagaState", saga_id AS "sagaId", stage,
      cancellation_id AS "cancellationId",
      ${time('created_at')} AS "createdAt", ${time('updated_at')} AS "updatedAt",
      json_build_object('userId', user_id, 'caller', caller, 'totalAmount', total_amount::text,
        'currency', currency, 'cartVersion', cart_version, 'kind', kind, 'sellerId', seller_id)
        AS facts
    FROM orders WHERE id = $1`;
  return (await database.pool.query(text, [orderId])).rows[0] as unknown;
}

describe('the events of an order', () => {
  // R80
  it('fold to its row, whatever commands it got, in random histories', async () => {
    const ids = Array.from({ length: 200 }, () => newUuid());
    const commands = ids.flatMap((orderId) => {
      const sagaId = Math.random() < 0.5 ? newUuid() : undefined;
      const create = {
        ...creation(orderId, sagaId),
        ...(Math.random() < 0.5 && { cartVersion: 2 }),
      };
      const end = { change: Math.random() < 0.5 ? 'confirm' : 'cancel', orderId, sagaId } as const;
      const other = { ...end, change: 'cancel' as const, caller: ANN.id };
      return [create, end, other].filter(() => Math.random() < 0.8);
    });
    commands.sort(() => Math.random() - 0.5);
    const on = () => (Math.random() < 0.5 ? orders : replica);
    await Promise.all(commands.map((write) => on().write(write)));
    let made = 0;
    for (const orderId of ids) {
      const row = await rowOf(orderId);
      if (row === undefined) continue;
      made += 1;
      expect(foldOrder(await history.eventsOf(orderId))).toEqual(row);
    }
    expect(made).toBeGreaterThan(100);
  });

  // R81
  it('have rising times, also when a later event is of an earlier transaction', async () => {
    const write = creation(newUuid(), newUuid());
    const { orderId, sagaId } = write;
    await orders.write(write);
    // As if the clock were a day behind at the second write.
    const ahead = `UPDATE orders SET updated_at = now() + interval '1 day' WHERE id = $1
      RETURNING to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`;
    const { rows } = await database.pool.query<{ at: string }>(ahead, [orderId]);
    await change('confirm', orderId, sagaId);
    const [, second] = await history.eventsOf(orderId);
    expect(second!.createdAt > rows[0]!.at).toBe(true);
  });

  it('name the caller and the amounts, and no line', async () => {
    const orderId = await ended('confirm');
    const [created, confirmed] = await history.eventsOf(orderId);
    const data = { userId: 'user-123', totalAmount: '49.98', currency: 'USD', cartVersion: 3 };
    expect(created).toMatchObject({ type: 'CREATED', actor: ANN.id, schema: 1, data });
    expect(confirmed).toMatchObject({ type: 'CONFIRMED', actor: null, schema: 1, data: null });
  });

  it('are not rewritten, and neither are the lines, not even by the owner', async () => {
    await ended('confirm');
    for (const rewriting of [
      'DELETE FROM order_items',
      'UPDATE order_items SET quantity = 7',
      `UPDATE order_events SET data = '{}'`,
    ]) {
      await expect(database.pool.query(rewriting)).rejects.toThrow(/append-only/);
    }
  });

  it('lose the name of a person who is erased, and the order still follows from them', async () => {
    const orderId = await ended('confirm');
    const client = await database.pool.connect();
    try {
      await client.query(`BEGIN; SET LOCAL backstitch.erasing = 'on'`);
      await client.query(
        `UPDATE order_events SET actor = 'x', data = jsonb_set(data, '{userId}', '"x"')
          WHERE order_id = $1 AND sequence = 1`,
        [orderId],
      );
      await client.query(`UPDATE orders SET caller = 'x', user_id = 'x' WHERE id = $1`, [orderId]);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    expect(foldOrder(await history.eventsOf(orderId))).toEqual(await rowOf(orderId));
  });
});

describe('an order over HTTP', () => {
  const read = (orderId: string, query = '', caller = ANN) =>
    app.send('GET', `/orders/${orderId}${query}`, { caller });

  it('is shown as it is, with its version', async () => {
    const orderId = await ended('confirm');
    expect(await read(orderId)).toMatchObject({
      status: 200,
      body: { id: orderId, status: 'CONFIRMED', version: 2, totalAmount: '49.98' },
    });
    expect((await read(orderId)).body).not.toHaveProperty('caller');
  });

  it('is shown as it was at each version, and at each time', async () => {
    const orderId = await ended('cancel');
    const [first, second] = (await app.send('GET', `/orders/${orderId}/events`, { caller: ANN }))
      .body.events as { createdAt: string }[];
    const pending = { status: 'PENDING', sagaState: 'ORDER_CREATED', version: 1 };
    const cancelled = { status: 'CANCELLED', sagaState: 'COMPENSATED', version: 2 };
    expect(await read(orderId, '?version=1')).toMatchObject({ body: pending });
    expect(await read(orderId, '?version=2')).toMatchObject({ body: cancelled });
    expect(await read(orderId, `?at=${first!.createdAt}`)).toMatchObject({ body: pending });
    expect(await read(orderId, `?at=${second!.createdAt}`)).toMatchObject({ body: cancelled });
    const items = [{ productId: MOUSE, quantity: 1, priceAtPurchase: '29.99' }, expect.anything()];
    expect((await read(orderId, '?version=1')).body).toMatchObject({ items });
  });

  it('is not found at a version that it does not have, nor before it was made', async () => {
    const orderId = await ended('confirm');
    const notFound = { status: 404, body: { code: 'VERSION_NOT_FOUND' } };
    expect(await read(orderId, '?version=3')).toMatchObject(notFound);
    expect(await read(orderId, '?at=2020-01-01T00:00:00Z')).toMatchObject(notFound);
  });

  it.each(['?version=0', '?version=x', '?version=1&version=2', '?at=now', '?version=1&at=x'])(
    'is refused with 400 for %s',
    async (query) => {
      const refused = { status: 400, body: { code: 'VALIDATION_FAILED' } };
      expect(await read(newUuid(), query)).toMatchObject(refused);
    },
  );

  it('has its events after a sequence', async () => {
    const orderId = await ended('confirm');
    const events = async (after: number) =>
      (await app.send('GET', `/orders/${orderId}/events?after=${after}`, { caller: ANN })).body;
    expect(await events(1)).toMatchObject({
      orderId,
      events: [{ sequence: 2, type: 'CONFIRMED' }],
    });
    expect(await events(2)).toEqual({ orderId, events: [] });
    const first = ((await events(0)).events as unknown[])[0];
    expect(first).toMatchObject({ sequence: 1, type: 'CREATED', actor: ANN.id });
  });

  // R56
  it('of another caller is answered as one that does not exist', async () => {
    const orderId = await ended('confirm');
    const unknown = await read(newUuid());
    for (const [path, caller] of [
      [`/orders/${orderId}`, customer('eve')],
      [`/orders/${orderId}?version=1`, customer('eve', ['seller'])],
      [`/orders/${orderId}/events`, customer('eve')],
      [`/orders/${orderId}/events`, openCaller('ann')],
    ] as const) {
      const answer = await app.send('GET', path, { caller });
      const requestId = expect.anything() as unknown;
      expect(answer).toEqual({ status: 404, body: { ...unknown.body, requestId } });
    }
  });

  it('of an earlier release, whose events have no data, is shown by its row', async () => {
    const orderId = newUuid();
    await database.pool.query(
      `INSERT INTO orders (id, user_id, status, saga_state, total_amount, currency, caller, version)
        VALUES ($1, 'user-123', 'CONFIRMED', 'ORDER_CONFIRMED', '49.98', 'USD', $2, 2)`,
      [orderId, ANN.id],
    );
    await database.pool.query(
      `INSERT INTO order_events (order_id, sequence, type) VALUES ($1, 1, 'CREATED'), ($1, 2, 'CONFIRMED')`,
      [orderId],
    );
    const body = { status: 'PENDING', userId: 'user-123', totalAmount: '49.98', version: 1 };
    expect(await read(orderId, '?version=1')).toMatchObject({ status: 200, body });
  });
});
