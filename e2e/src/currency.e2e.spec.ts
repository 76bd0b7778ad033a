import { describe, expect, it } from '@jest/globals';
import {
  appFile,
  ownerOf,
  runCommand,
  SAGA_DATABASES,
  type SagaDatabaseName,
} from '@backstitch/tools';
import { orderRows } from './saga-log.js';
import { checkout, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

describe('the currency of a system', () => {
  let system: System;
  withSystem({ env: { CURRENCY: 'JPY' }, currency: 'JPY' }, (started) => (system = started));

  /** Starts another process of an app on the system's database, until it ends by itself. */
  const start = (name: SagaDatabaseName, currency: string) => {
    const env = {
      PATH: process.env.PATH,
      PORT: '0',
      NODE_ENV: 'test',
      RABBITMQ_URL: system.rabbitmqUrl,
      DB_URL: system.databases[name].url,
      CURRENCY: currency,
    };
    const file = appFile(ownerOf(name).name, 'main.js');
    return runCommand(process.execPath, [file], { env, timeoutMs: 60_000 });
  };

  it('without minor digits has whole prices, sells at them and reconciles', async () => {
    const listed = await fetch(`${system.gatewayUrl}/api/products`);
    const products = (await listed.json()) as { id: string; price: string; currency: string }[];
    const found = products.find(({ id }) => id === MOUSE);
    expect(found).toMatchObject({ price: '30', currency: 'JPY' });
    for (const price of ['30', '30.00', '030']) {
      const { status, body } = await checkout(system.gatewayUrl, [mouse(2, price)]);
      expect(status).toBe(200);
      const rows = await orderRows(system, body.orderId);
      expect(rows).toMatchObject({
        order: { status: 'CONFIRMED', total_amount: '60.00' },
        payments: [{ status: 'SUCCESS', amount: '60.00' }],
      });
    }
    const changed = await checkout(system.gatewayUrl, [mouse(1, '31')]);
    expect(changed).toMatchObject({ status: 409, body: { code: 'PRICE_CHANGED' } });
    expect(changed.body.detail).toMatch(/costs 30, not 31/);
    const wrong = await checkout(system.gatewayUrl, [mouse(1, '29.99')]);
    expect(wrong).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(JSON.stringify(wrong.body)).toContain('from 1 to 9999999 with at most 0 decimals');
    await system.expectReconciled();
  }, 300_000);

  it.each(SAGA_DATABASES)(
    'is refused by the app of the %s when its database has another one, by both names',
    async (name) => {
      const { code, output } = await start(name, 'EUR');
      expect(code).toBe(1);
      expect(output).toMatch(/in JPY, and CURRENCY is EUR: set CURRENCY=JPY/);
      expect(output).not.toMatch(/is listening/);
    },
    90_000,
  );
});

describe('a price', () => {
  let system: System;
  withSystem({}, (started) => (system = started));

  it('is the same however many zeros follow it, under the same key too', async () => {
    const spelled = (price: string) =>
      fetch(`${system.gatewayUrl}/api/checkout`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'zeros' },
        body: JSON.stringify({ userId: 'zeros', items: [mouse(1, price)] }),
      });
    const first = await spelled('29.990');
    expect(first.status).toBe(200);
    const { orderId } = (await first.json()) as { orderId: string };
    for (const price of ['29.99', '29.9900', '029.99']) {
      const again = await spelled(price);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(await again.json()).toMatchObject({ orderId });
    }
    const rows = await orderRows(system, orderId);
    expect(rows).toMatchObject({ order: { total_amount: '29.99' } });
    expect((await spelled('29.999')).status).toBe(400);
  }, 300_000);

  it('of nothing is refused by the table, and the products beside it are sold', async () => {
    const free = `INSERT INTO products (name, stock_quantity, price) VALUES ('Gift', 5, 0)`;
    await expect(system.rows('inventory', free)).rejects.toMatchObject({ code: '23514' });
    expect((await checkout(system.gatewayUrl, [mouse(1)])).status).toBe(200);
  }, 300_000);
});
