import type { Database } from '@backstitch/database';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrdersHandler } from '../orders/orders.handler.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { LIMITED, MOUSE, ordersDatabase, sagaTag, silent } from '../testing/orders-database.js';
import { CartsRepository } from './carts.repository.js';

let server: Awaited<ReturnType<typeof ordersDatabase>>;
let database: Database;
let carts: CartsRepository;
let orders: OrdersHandler;
let replica: OrdersHandler;

const handlerOn = (one: Database, of = new CartsRepository(one)) =>
  new OrdersHandler(new OrdersRepository(one, 'USD'), 'USD', silent, of);

beforeAll(async () => {
  server = await ordersDatabase();
  database = server.open();
  carts = new CartsRepository(database);
  orders = handlerOn(database);
  replica = handlerOn(server.open());
});
afterAll(() => server.drop());

let accounts = 0;
/** A cart of one line in version 1, and an order that is made from it. */
async function orderedCart(version = 1) {
  const owner = `u:https://issuer.example:ann-${(accounts += 1)}`;
  await carts.setQuantity(owner, { productId: MOUSE, quantity: 2 });
  const orderId = newUuid();
  const saga = sagaTag(newUuid());
  const items = [{ productId: MOUSE, quantity: 2, price: '29.99' }];
  const order = { orderId, userId: 'ann', caller: owner, items, totalAmount: '59.98' };
  await orders.create({ ...order, cartVersion: version }, saga);
  return { owner, orderId, saga, ordered: items };
}

describe('a cart whose order is created', () => {
  it('is still the same', async () => {
    const { owner } = await orderedCart();
    const items = [{ productId: MOUSE, quantity: 2 }];
    expect(await carts.readForCheckout(owner, 1)).toEqual({ version: 1, items, ordered: null });
  });
});

describe('a cart whose order is confirmed', () => {
  it('is empty, in the next version, and knows the lines of the order for a second click', async () => {
    const { owner, orderId, saga, ordered } = await orderedCart();
    await orders.confirm(orderId, saga);
    expect(await carts.readForCheckout(owner, 1)).toEqual({ version: 2, items: [], ordered });
    expect(await carts.readForCheckout(owner, 2)).toMatchObject({ ordered: null });
  });

  it('is emptied once, however often the confirmation comes, from two replicas at once', async () => {
    const { owner, orderId, saga } = await orderedCart();
    const often = Array.from({ length: 20 }, (_, n) => {
      return (n % 2 === 0 ? orders : replica).confirm(orderId, saga);
    });
    await Promise.all(often);
    await carts.setQuantity(owner, { productId: LIMITED, quantity: 1 });
    await orders.confirm(orderId, saga);
    const items = [{ productId: LIMITED, quantity: 1 }];
    expect(await carts.read(owner)).toEqual({ version: 3, items });
  });

  it('keeps everything when it was changed after the click', async () => {
    const { owner, orderId, saga, ordered } = await orderedCart();
    const changed = await carts.setQuantity(owner, { productId: LIMITED, quantity: 1 });
    await orders.confirm(orderId, saga);
    expect(await carts.read(owner)).toEqual(changed);
    expect(await carts.readForCheckout(owner, 1)).toMatchObject({ version: 2, ordered });
  });

  it('loses no line that is added while it is confirmed', async () => {
    for (let n = 0; n < 20; n += 1) {
      const { owner, orderId, saga } = await orderedCart();
      const line = { productId: LIMITED, quantity: 1 };
      await Promise.all([replica.confirm(orderId, saga), carts.setQuantity(owner, line)]);
      expect((await carts.read(owner)).items).toContainEqual(line);
    }
  });

  it('is emptied by the repeat when the process ended between the order and the cart', async () => {
    const { owner, orderId, saga } = await orderedCart();
    const dying = { endCheckout: () => Promise.reject(new Error('the process ended')) };
    const first = new OrdersHandler(new OrdersRepository(database, 'USD'), 'USD', silent, dying);
    await expect(first.confirm(orderId, saga)).rejects.toThrow('the process ended');
    expect(await carts.read(owner)).toMatchObject({ version: 1 });
    await orders.confirm(orderId, saga);
    expect(await carts.read(owner)).toEqual({ version: 2, items: [] });
  });

  it('forgets the lines of an order that is a day old', async () => {
    const { owner, orderId, saga } = await orderedCart();
    await orders.confirm(orderId, saga);
    const old = `UPDATE orders SET created_at = created_at - interval '25 hours' WHERE id = $1`;
    await database.pool.query(old, [orderId]);
    expect(await carts.readForCheckout(owner, 1)).toMatchObject({ version: 2, ordered: null });
  });

  it('is not changed by a late repeat for an older version', async () => {
    const { owner, orderId, saga } = await orderedCart();
    await orders.confirm(orderId, saga);
    const { version } = await carts.setQuantity(owner, { productId: MOUSE, quantity: 1 });
    const newer = newUuid();
    await carts.endCheckout({ owner, version, orderId: newer, isConfirmed: true });
    await orders.confirm(orderId, saga);
    const rows = await database.pool.query('SELECT * FROM carts WHERE user_id = $1', [owner]);
    expect(rows.rows).toMatchObject([{ version: 4, ordered_version: 3, order_id: newer }]);
  });
});

describe('a cart whose order is cancelled', () => {
  it('has the same lines in the next version, so that it can be checked out again', async () => {
    const { owner, orderId, saga, ordered } = await orderedCart();
    await orders.cancel({ orderId }, saga);
    await replica.cancel({ orderId }, saga);
    const items = [{ productId: MOUSE, quantity: 2 }];
    expect(await carts.readForCheckout(owner, 1)).toEqual({ version: 2, items, ordered });
  });

  it('before it was created has a new version, too: the key of the old one has the rejection', async () => {
    const owner = `u:https://issuer.example:ann-${(accounts += 1)}`;
    await carts.setQuantity(owner, { productId: MOUSE, quantity: 2 });
    const [orderId, saga] = [newUuid(), sagaTag(newUuid())];
    await orders.cancel({ orderId, caller: owner, cartVersion: 1 }, saga);
    await orders.cancel({ orderId, caller: owner, cartVersion: 1 }, saga);
    const items = [{ productId: MOUSE, quantity: 2 }];
    expect(await carts.read(owner)).toEqual({ version: 2, items });
    const late = { orderId, userId: 'ann', caller: owner, cartVersion: 1, totalAmount: '59.98' };
    const created = await orders.create(
      { ...late, items: [{ ...items[0]!, price: '29.99' }] },
      saga,
    );
    expect(created).toMatchObject({ code: 'ORDER_CANCELLED' });
    expect(await carts.read(owner)).toEqual({ version: 2, items });
  });

  it('as an order of no cart is not changed', async () => {
    const { owner } = await orderedCart();
    await orders.cancel({ orderId: newUuid(), caller: owner }, sagaTag(newUuid()));
    expect(await carts.read(owner)).toMatchObject({ version: 1 });
  });
});

describe('an order of no cart', () => {
  it('leaves the cart of its owner as it is', async () => {
    const { owner } = await orderedCart();
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const items = [{ productId: MOUSE, quantity: 1, price: '29.99' }];
    await orders.create(
      { orderId, userId: 'ann', caller: owner, items, totalAmount: '29.99' },
      saga,
    );
    await orders.confirm(orderId, saga);
    expect(await carts.read(owner)).toMatchObject({ version: 1 });
  });
});
