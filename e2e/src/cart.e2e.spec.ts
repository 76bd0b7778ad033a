import { waitFor } from '@backstitch/testkit';
import { DATABASES } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { LIMITED, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withIssuer } from './with-issuer.js';
import { withSystem } from './with-system.js';

const issuer = withIssuer();
let shoppers = 0;

describe('the cart of a shopper', () => {
  let system: System;
  withSystem({ appEnv: issuer.appEnv }, (started) => (system = started));

  /** Requests of a shopper with an account of its own. */
  async function shopper() {
    const sub = `shopper-${(shoppers += 1)}`;
    return (await issuer.account(system, sub, ['customer'])).send;
  }
  const item = (productId: string) => `/carts/me/items/${productId}`;
  const sagas = async () => {
    const sql = 'SELECT count(*)::int AS count FROM saga_state';
    return (await system.rows<{ count: number }>('orchestrator', sql))[0]!.count;
  };

  it('is filled, changed and cleared, with the prices of today', async () => {
    const send = await shopper();
    await send('PUT', item(MOUSE), { quantity: 1 });
    await send('PUT', item(LIMITED), { quantity: 1 });
    await send('PUT', item(MOUSE), { quantity: 3 });
    expect((await send('GET', '/carts/me')).body).toMatchObject({
      version: 3,
      items: [
        { productId: MOUSE, quantity: 3, price: '29.99', total: '89.97', isAvailable: true },
        { productId: LIMITED, quantity: 1, price: '19.99', total: '19.99' },
      ],
      total: '109.96',
      currency: 'USD',
    });
    await send('DELETE', item(LIMITED));
    expect(await send('DELETE', '/carts/me')).toMatchObject({
      status: 200,
      body: { version: 5, items: [] },
    });
    const refused = await send('POST', '/carts/me/checkout', { version: 5 });
    expect(refused).toMatchObject({ status: 409, body: { code: 'CART_EMPTY' } });
  }, 300_000);

  it('that is checked out by ten clicks is one order, and a late click gets its answer', async () => {
    const send = await shopper();
    await send('PUT', item(MOUSE), { quantity: 2 });
    const before = await sagas();
    const click = () => send('POST', '/carts/me/checkout', { version: 1, expectedTotal: '59.98' });
    const answers = await Promise.all(Array.from({ length: 10 }, click));
    answers.push(await click());
    const seen = answers.map(({ status, body }) => [status, body.orderId]);
    const { orderId } = answers[0]!.body;
    expect(seen).toEqual(answers.map(() => [200, orderId]));
    const replayed = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
    expect(replayed).toHaveLength(10);
    expect(await sagas()).toBe(before + 1);
    expect((await send('GET', '/carts/me')).body).toMatchObject({ version: 2, items: [] });
    expect((await send('GET', `/checkout/orders/${String(orderId)}`)).body).toMatchObject({
      status: 'CONFIRMED',
      totalAmount: '59.98',
    });
  }, 300_000);

  it('that was changed, or whose price was, is 409, and nothing is recorded', async () => {
    const send = await shopper();
    const product = LIMITED;
    await send('PUT', item(product), { quantity: 1 });
    const before = await sagas();
    const buy = (version: number, expectedTotal: string) =>
      send('POST', '/carts/me/checkout', { version, expectedTotal });
    await send('PUT', item(product), { quantity: 2 });
    const changed = await buy(1, '19.99');
    expect(changed).toMatchObject({ status: 409, body: { code: 'CART_CHANGED', version: 2 } });
    const price = 'UPDATE products SET price = $2 WHERE id = $1';
    await system.rows('inventory', price, [product, '21.50']);
    const dearer = await buy(2, '39.98');
    expect(dearer).toMatchObject({ status: 409, body: { code: 'PRICE_CHANGED', total: '43.00' } });
    const withdraw = 'UPDATE products SET is_available = $2 WHERE id = $1';
    await system.rows('inventory', withdraw, [product, false]);
    const withdrawn = await buy(2, '43.00');
    expect(withdrawn).toMatchObject({ status: 409, body: { code: 'PRODUCT_UNAVAILABLE' } });
    expect((await send('GET', '/carts/me')).body).toMatchObject({
      version: 2,
      items: [{ productId: product, isAvailable: false }],
      total: '0.00',
    });
    expect(await sagas()).toBe(before);
    await system.rows('inventory', withdraw, [product, true]);
    expect(await buy(2, '43.00')).toMatchObject({ status: 200 });
    await system.rows('inventory', price, [product, '19.99']);
  }, 300_000);

  it('is not lost by an order that is undone, and can be checked out in its new version', async () => {
    const send = await shopper();
    await send('PUT', item(MOUSE), { quantity: 2 });
    await system.stock(1, MOUSE);
    const click = (version: number) => send('POST', '/carts/me/checkout', { version });
    const code = 'INSUFFICIENT_STOCK';
    expect(await click(1)).toMatchObject({ status: 409, body: { code } });
    const again = await click(1);
    expect(again).toMatchObject({ status: 409, body: { code } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    await system.stock(50, MOUSE);
    const items = [{ productId: MOUSE, quantity: 2 }];
    expect((await send('GET', '/carts/me')).body).toMatchObject({ version: 2, items });
    expect(await click(2)).toMatchObject({ status: 200 });
  }, 300_000);

  it('is emptied once when order-service is killed between the order and the cart', async () => {
    const send = await shopper();
    await send('PUT', item(MOUSE), { quantity: 1 });
    const point = { FAULT_POINT: 'order.after-confirm-before-cart' };
    await system.apps['order-service'].stop();
    await system.restart('order-service', point);
    const died = system.apps['order-service'].expectEnd();
    const answer = send('POST', '/carts/me/checkout', { version: 1 });
    expect(await died).toBe('SIGKILL');
    await system.restart('order-service');
    expect([200, 202]).toContain((await answer).status);
    await system.settled();
    await waitFor('the cart to be empty', async () => {
      const { body } = await send('GET', '/carts/me');
      return body.version === 2 && (body.items as object[]).length === 0;
    });
    expect(await send('POST', '/carts/me/checkout', { version: 1 })).toMatchObject({ status: 200 });
  }, 300_000);

  it('is delivered as the shopper said, and nothing but order_delivery says where', async () => {
    const send = await shopper();
    const [name, phone, address] = ['Ann Vorderbeck', '+49 30 4433221', '17 Quince Lane\nLeeds'];
    const delivery = { kind: 'DELIVERY', name, phone, address };
    await send('PUT', item(MOUSE), { quantity: 1 });
    const bought = await send('POST', '/carts/me/checkout', { version: 1, delivery });
    expect(bought).toMatchObject({ status: 200 });
    const items = [{ productId: MOUSE, quantity: 1, price: '29.99' }];
    const plain = await send('POST', '/checkout', { items, delivery });
    expect(plain).toMatchObject({ status: 200 });
    for (const { body } of [bought, plain]) {
      const path = `/checkout/orders/${String(body.orderId)}`;
      expect((await send('GET', path)).body).toMatchObject({ status: 'CONFIRMED', delivery });
      const operator = await issuer.account(system, 'op', ['operator']);
      const seen = await operator.send('GET', path);
      expect([seen.status, seen.body.delivery]).toEqual([200, undefined]);
    }
    const elsewhere = { version: 1, delivery: { ...delivery, address: '18 Quince Lane' } };
    const code = 'IDEMPOTENCY_KEY_REUSED';
    await send('PUT', item(MOUSE), { quantity: 1 });
    expect(await send('POST', '/carts/me/checkout', { version: 1, delivery })).toMatchObject({
      status: 200,
    });
    expect(await send('POST', '/carts/me/checkout', elsewhere)).toMatchObject({
      status: 422,
      body: { code },
    });
    expect(await tablesWith('%Vorderbeck%', '%4433221%', '%Quince%')).toEqual([
      'orders.order_delivery',
    ]);
    const lines = system.processes.flatMap((process) => process.lines);
    expect(lines.filter((line) => /Vorderbeck|4433221|Quince/.test(line))).toEqual([]);
  }, 300_000);

  /** The tables of all databases that have a row with one of these texts. */
  async function tablesWith(...texts: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const database of DATABASES) {
      const sql = `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
      for (const { name } of await system.rows<{ name: string }>(database, sql)) {
        const query = `SELECT FROM ${name} AS t WHERE t::text LIKE ANY ($1) LIMIT 1`;
        const rows = await system.rows(database, query, [texts]);
        if (rows.length > 0) found.push(`${database}.${name.replace(/^public\./, '')}`);
      }
    }
    return found;
  }

  it('is of the account only, and of no guest', async () => {
    const send = await shopper();
    const foreign = await send('GET', '/carts/somebody-else');
    expect(foreign).toMatchObject({ status: 404, body: { code: 'CART_NOT_FOUND' } });
    const guest = await fetch(`${system.gatewayUrl}/api/carts/me`);
    expect(guest.status).toBe(401);
    await system.expectReconciled();
  }, 300_000);
});
