import { join } from 'node:path';
import { appFile, projectRoot, runCommand } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

interface OrderAnswer {
  version: number;
  status: string;
  totalAmount: string;
  updatedAt: string;
  events: { sequence: number; type: string; createdAt: string }[];
}

describe('the events of an order', () => {
  let system: System;
  withSystem({ reconciledAfterMs: 10_000 }, (started) => (system = started));

  async function ask(path: string): Promise<{ status: number; body: OrderAnswer }> {
    const response = await fetch(`${system.gatewayUrl}/api/orders/${path}`);
    return { status: response.status, body: (await response.json()) as OrderAnswer };
  }

  async function ordered(): Promise<string> {
    const { body } = await checkout(system.gatewayUrl, [mouse(2)]);
    return body.orderId;
  }

  /** `pnpm orders rebuild`, as an operator runs it. */
  function rebuild(...words: string[]) {
    const env = {
      PATH: process.env['PATH'],
      DB_URL: system.databases.orders.url,
      OPERATOR: 'olga',
    };
    const file = appFile('order-service', 'cli.js');
    return runCommand(process.execPath, [file, 'rebuild', ...words], {
      env,
      cwd: join(projectRoot(), 'apps', 'order-service'),
    });
  }

  it('show every past state of a checkout, by version and by time', async () => {
    const orderId = await ordered();
    const { events } = (await ask(`${orderId}/events`)).body;
    expect(events.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, 'CREATED'],
      [2, 'CONFIRMED'],
    ]);
    const [created, confirmed] = events as [(typeof events)[0], (typeof events)[0]];
    expect(created.createdAt < confirmed.createdAt).toBe(true);
    const pending = { version: 1, status: 'PENDING', totalAmount: '59.98' };
    const sold = { version: 2, status: 'CONFIRMED', totalAmount: '59.98' };
    expect((await ask(`${orderId}?version=1`)).body).toMatchObject(pending);
    expect((await ask(`${orderId}?version=2`)).body).toMatchObject(sold);
    expect((await ask(orderId)).body).toMatchObject(sold);
    expect((await ask(`${orderId}?at=${created.createdAt}`)).body).toMatchObject(pending);
    expect((await ask(`${orderId}?at=${confirmed.createdAt}`)).body).toMatchObject(sold);
    for (const past of ['version=3', 'at=2020-01-01T00:00:00Z']) {
      expect(await ask(`${orderId}?${past}`)).toMatchObject({ status: 404 });
    }
    expect((await ask(`${orderId}/events?after=1`)).body.events).toEqual([confirmed]);
  }, 300_000);

  it('name a row that was changed by hand, and make it anew', async () => {
    const orderId = await ordered();
    const before = (await ask(orderId)).body;
    const change = `UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED'
      WHERE id = $1`;
    await system.rows('orders', change, [orderId]);
    const checked = await rebuild('--check');
    expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining(orderId) });
    expect((await ask(orderId)).status).toBe(200);
    const rebuilt = await rebuild();
    expect(rebuilt).toMatchObject({ code: 0, stdout: expect.stringContaining('rebuilt') });
    expect((await rebuild('--check')).code).toBe(0);
    expect((await ask(orderId)).body).toEqual(before);
    const sql = 'SELECT operator FROM order_rebuilds WHERE order_id = $1';
    expect(await system.rows('orders', sql, [orderId])).toEqual([{ operator: 'olga' }]);
  }, 300_000);
});
