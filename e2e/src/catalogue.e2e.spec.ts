import { waitFor } from '@backstitch/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Account, newAccount } from './account.js';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

interface Product {
  id: string;
  version: number;
  available: number;
}

describe('the catalogue of a system', () => {
  let system: System;
  let seller: Account;
  withSystem({}, (started) => (system = started));
  beforeAll(async () => {
    seller = await newAccount(system, { roles: ['customer', 'seller'] });
  });

  async function sell<Body = Product>(method: string, path: string, body?: object): Promise<Body> {
    const response = await fetch(`${system.gatewayUrl}/api/products${path}`, {
      method,
      headers: {
        ...seller.headers,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  }

  const menu = async (category: string): Promise<string[]> => {
    const response = await fetch(`${system.gatewayUrl}/api/menu?category=${category}`);
    return ((await response.json()) as Product[]).map(({ id }) => id);
  };
  const buy = (productId: string, quantity: number) =>
    checkout(system.gatewayUrl, [{ productId, quantity, price: '4.50' }]);

  it('is sold, restocked and written off, with the caller in the ledger', async () => {
    const stew = await sell('POST', '', { name: 'Stew', price: '4.50', stock: 3, category: 'Hot' });
    expect(await buy(stew.id, 2)).toMatchObject({ status: 200 });
    await sell('POST', `/${stew.id}/restock`, { quantity: 10, reason: 'A new pot' });
    await sell('POST', `/${stew.id}/write-off`, { quantity: 4, reason: 'Spilt' });
    expect(await menu('Hot')).toEqual([stew.id]);
    const sql =
      'SELECT change, kind, actor, reason FROM stock_ledger WHERE product_id = $1 ORDER BY id';
    const actor = seller.caller;
    expect(await system.rows('inventory', sql, [stew.id])).toEqual([
      { change: 3, kind: 'RESTOCK', actor, reason: 'New product' },
      { change: 10, kind: 'RESTOCK', actor, reason: 'A new pot' },
      { change: -4, kind: 'WRITE_OFF', actor, reason: 'Spilt' },
    ]);
    const [row] = await system.rows('inventory', 'SELECT * FROM products WHERE id = $1', [stew.id]);
    expect(row).toMatchObject({ stock_quantity: 7 });
  }, 300_000);

  it('does not sell what is archived or not offered: 409, undone, and not on the menu', async () => {
    const soup = await sell('POST', '', {
      name: 'Soup',
      price: '4.50',
      stock: 9,
      category: 'Cold',
    });
    const salad = await sell('POST', '', {
      name: 'Salad',
      price: '4.50',
      stock: 9,
      category: 'Cold',
    });
    expect(await menu('Cold')).toEqual([salad.id, soup.id]);
    await sell('PATCH', `/${soup.id}`, { version: soup.version, isAvailable: false });
    await sell('DELETE', `/${salad.id}`);
    expect(await menu('Cold')).toEqual([]);
    for (const { id } of [soup, salad]) {
      const refused = await buy(id, 1);
      expect(refused).toMatchObject({ status: 409, body: { code: 'PRODUCT_UNAVAILABLE' } });
      expect(refused.body.detail).toContain('cannot be bought now');
    }
    await sell('PATCH', `/${soup.id}`, { version: soup.version + 1, isAvailable: true });
    expect(await buy(soup.id, 1)).toMatchObject({ status: 200 });
  }, 300_000);

  it('is not read through the orchestrator, and is 503 without inventory-service', async () => {
    await system.apps.orchestrator.kill();
    expect((await fetch(`${system.gatewayUrl}/api/products`)).status).toBe(200);
    await system.restart('orchestrator');
    await system.apps['inventory-service'].kill();
    const away = await fetch(`${system.gatewayUrl}/api/products`);
    expect([away.status, await away.json()]).toMatchObject([503, { code: 'UNAVAILABLE' }]);
    await system.restart('inventory-service');
    expect((await fetch(`${system.gatewayUrl}/api/products`)).status).toBe(200);
    await waitFor('checkouts to be accepted again', async () => {
      return (await checkout(system.gatewayUrl, [mouse(1)])).status === 200;
    });
    await system.settled();
  }, 300_000);

  it('leaves books that agree', () => system.expectReconciled(), 300_000);
});
