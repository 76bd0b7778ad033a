import { guestCaller, machineId, openCaller } from '@backstitch/auth';
import type { Database } from '@backstitch/database';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrdersHandler } from '../orders/orders.handler.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { type CartsApp, cartsApp, customer } from '../testing/carts-app.js';
import { creation, sagaTag, silent } from '../testing/orders-database.js';
import { DeliveriesRepository } from './deliveries.repository.js';

const HOME = { kind: 'DELIVERY', name: 'Ann', phone: '+44 20 1234', address: '1 High St\nLeeds' };
const ann = customer('ann');

let app: CartsApp;
let database: Database;
let orders: OrdersHandler;
let deliveries: DeliveriesRepository;
beforeAll(async () => {
  app = await cartsApp();
  database = app.server.open();
  const carts = { endCheckout: () => Promise.resolve() };
  orders = new OrdersHandler(new OrdersRepository(database, 'USD'), 'USD', silent, carts);
  deliveries = new DeliveriesRepository(database);
});
afterAll(() => app.close());

const put = (orderId: string, body: unknown, caller = ann) =>
  app.send('PUT', `/orders/${orderId}/delivery`, { caller, body });

/** An order of a caller [ann]; its delivery is what was kept before. */
async function createOrder(orderId = newUuid(), caller = ann) {
  const saga = sagaTag(newUuid());
  const { items, totalAmount } = creation(orderId).order!;
  const order = { items: [...items], totalAmount, userId: caller.subject, caller: caller.id };
  await orders.create({ orderId, ...order }, saga);
  return { orderId, saga };
}
const deliveryOf = async (orderId: string) => {
  const order = await orders.get(orderId);
  return 'delivery' in order ? order.delivery : undefined;
};

describe('the delivery of an order', () => {
  it('is kept before the order, and shown with it', async () => {
    const orderId = newUuid();
    expect(await put(orderId, HOME)).toMatchObject({ status: 204 });
    await createOrder(orderId);
    expect(await deliveryOf(orderId)).toEqual({ ...HOME, table: null, erasedAt: null });
  });

  it('may be that of an open caller', async () => {
    const orderId = newUuid();
    await put(orderId, { kind: 'DINE_IN', table: '12' }, openCaller('bob'));
    await createOrder(orderId, openCaller('bob'));
    expect(await deliveryOf(orderId)).toMatchObject({ kind: 'DINE_IN', table: '12' });
  });

  it('is the first one, when the request is sent again', async () => {
    const orderId = newUuid();
    await put(orderId, HOME);
    await put(orderId, { ...HOME, name: 'Eve' }, customer('eve'));
    await createOrder(orderId);
    expect(await deliveryOf(orderId)).toMatchObject({ name: 'Ann' });
  });

  it('that another caller kept is not shown', async () => {
    const orderId = newUuid();
    await put(orderId, HOME, customer('eve'));
    await createOrder(orderId);
    expect(await deliveryOf(orderId)).toBeUndefined();
  });

  it('is absent where the checkout named none', async () => {
    expect(await deliveryOf((await createOrder()).orderId)).toBeUndefined();
  });

  it.each([{}, { kind: 'DINE_IN' }, { ...HOME, table: '1' }, { ...HOME, address: 'a\0' }])(
    'is refused when it is %j',
    async (body) => {
      const refused = await put(newUuid(), body);
      expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    },
  );

  it('is kept for whoever may place an order only', async () => {
    const scopes = ['orders:read'];
    const id = machineId('https://a', 'app');
    const machine = {
      id,
      kind: 'machine' as const,
      issuer: 'https://a',
      subject: 'app',
      roles: [],
      scopes,
    };
    expect(await put(newUuid(), HOME, machine)).toMatchObject({ status: 403 });
    expect(await put(newUuid(), HOME, guestCaller(newUuid()))).toMatchObject({ status: 204 });
    const path = `/orders/${newUuid()}/delivery`;
    expect(await app.send('PUT', path, { body: HOME })).toMatchObject({ status: 401 });
  });
});

describe('a delivery that was erased', () => {
  it('shows when, and nothing personal', async () => {
    const zoe = customer('zoe');
    const id = newUuid();
    await put(id, HOME, zoe);
    await createOrder(id, zoe);
    // As `pnpm erase` does it.
    const erase = `UPDATE order_delivery SET name = NULL, phone = NULL, address = NULL,
      table_no = NULL, erased_at = now() WHERE order_id = $1`;
    await database.pool.query(erase, [id]);
    const nothing = { name: null, phone: null, address: null, table: null };
    const erasedAt = expect.stringMatching(/^\d{4}-.*Z$/) as unknown;
    expect(await deliveryOf(id)).toEqual({ kind: 'DELIVERY', ...nothing, erasedAt });
  });
});

describe('the cleaning of deliveries', () => {
  it('removes those of cancelled orders and of no order after a day, and no other', async () => {
    const ids = Array.from({ length: 5 }, () => newUuid());
    for (const id of ids) await put(id, HOME);
    const [confirmed, pending, cancelled, never, recent] = ids as [
      string,
      string,
      string,
      string,
      string,
    ];
    const made = await createOrder(confirmed);
    await orders.confirm(confirmed, made.saga);
    await createOrder(pending);
    const undone = await createOrder(cancelled);
    await orders.cancel({ orderId: cancelled }, undone.saga);
    const old = `UPDATE order_delivery SET created_at = now() - interval '25 hours'
      WHERE order_id = ANY ($1)`;
    await database.pool.query(old, [[confirmed, pending, cancelled, never]]);
    expect(await deliveries.removeUnordered()).toBe(2);
    const left = 'SELECT order_id FROM order_delivery WHERE order_id = ANY ($1)';
    const { rows } = await database.pool.query<{ order_id: string }>(left, [ids]);
    const kept = rows.map(({ order_id: id }) => id).sort();
    expect(kept).toEqual([confirmed, pending, recent].sort());
  });
});
