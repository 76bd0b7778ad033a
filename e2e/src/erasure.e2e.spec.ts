import { encodeCaller, type Caller } from '@backstitch/auth';
import { DEVELOPMENT_ISSUER } from '@backstitch/shared-types';
import { DATABASES, projectRoot, runCommand } from '@backstitch/tools';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Account, newAccount } from './account.js';
import { tablesThatContain } from './dump.js';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const NAME = 'Ann Peregrine';
const ADDRESS = '7 Larkspur Row';
const ROLES = ['customer', 'seller', 'operator'];

describe('erasing a person', () => {
  let system: System;
  withSystem({}, (started) => (system = started));

  async function ask(account: Account, method: string, path: string, body?: object) {
    const response = await fetch(`${system.gatewayUrl}${path}`, {
      method,
      headers: { ...account.headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
  }

  const erase = (...words: string[]) => {
    const file = join(projectRoot(), 'tools', 'dist', 'erasure', 'main.js');
    const urls = DATABASES.map((name) => [
      `${name.toUpperCase()}_DB_URL`,
      system.databases[name].url,
    ]);
    const env = { PATH: process.env['PATH'], ...(Object.fromEntries(urls) as object) };
    return runCommand(process.execPath, [file, ...words], { env });
  };

  const tablesWith = (text: string, except?: readonly string[]) =>
    tablesThatContain(system, text, except);

  /** A command that no service can serve, which names the person. */
  async function deadLetterOf(userId: string): Promise<string> {
    const client = await system.queueClient();
    await client.call('order_commands', 'order.unknown', { userId, note: NAME });
    const sql = `SELECT id FROM dead_letters WHERE position($1::bytea in bytes) > 0`;
    const stored = await waitFor('the dead letter', async () => {
      return (await system.rows<{ id: string }>('orchestrator', sql, [Buffer.from(userId)]))[0];
    });
    return stored.id;
  }

  /** As a gateway passes it on for an operator with a one-time password. */
  async function discard(operator: Account, id: string): Promise<void> {
    const caller: Caller = {
      id: operator.caller,
      kind: 'user',
      issuer: DEVELOPMENT_ISSUER,
      subject: operator.id,
      roles: ['operator'],
      scopes: [],
      amr: ['pwd', 'otp'],
      authTimeS: Math.floor(Date.now() / 1000),
    };
    const response = await fetch(`${system.apps.orchestrator.url}/dead-letters/${id}/discard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-backstitch-caller': encodeCaller(caller) },
      body: JSON.stringify({ reason: `mine, ${operator.email}` }),
    });
    expect([response.status, await response.text()]).toMatchObject([200, expect.anything()]);
  }

  it('leaves no row of any database that names her, and everything else as it was', async () => {
    const ann = await newAccount(system, { name: NAME, roles: ROLES });
    const bob = await newAccount(system, { name: 'Bob Albatross' });
    for (const { headers, id } of [ann, bob]) {
      const key = `${id}:1`;
      const placed = await checkout(system.gatewayUrl, [mouse(1)], { userId: id, headers, key });
      expect(placed.status).toBe(200);
    }
    const product = await ask(ann, 'POST', '/api/products', {
      name: 'Cup',
      price: '3.50',
      stock: 2,
    });
    await ask(ann, 'POST', `/api/products/${product['id']}/restock`, { quantity: 1, reason: NAME });
    const items = [{ ...mouse(1), quantity: 2 }];
    const delivery = { kind: 'DELIVERY', name: NAME, phone: '+49 30 1', address: ADDRESS };
    await ask(ann, 'POST', '/api/checkout', { items, delivery });
    await ask(ann, 'PUT', `/api/carts/${ann.id}/items/${product['id']}`, { quantity: 2 });
    const deadLetter = await deadLetterOf(ann.id);
    await system.settled();

    const refused = await erase('--email', ann.email);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(deadLetter)]);
    expect(refused.stderr).toContain(`product ${product['id']} is on sale`);
    expect((await checkout(system.gatewayUrl, [mouse(1)], ann)).status).toBe(401);

    const archive = 'UPDATE products SET archived_at = now() WHERE id = $1';
    await system.rows('inventory', archive, [product['id']]);
    await discard(ann, deadLetter);
    expect(await tablesWith(ann.id)).toEqual(
      expect.arrayContaining([
        'identity.users',
        'inventory.stock_ledger',
        'orchestrator.dead_letters',
        'orchestrator.idempotency_keys',
        'orchestrator.operator_actions',
        'orchestrator.saga_state',
        'orders.carts',
        'orders.order_delivery',
        'orders.orders',
      ]),
    );
    const before = await tablesWith(bob.id);

    const erased = await erase('--email', ann.email.toUpperCase());
    expect([erased.code, erased.stderr]).toEqual([0, expect.anything()]);
    for (const text of [ann.email, NAME, ADDRESS]) expect(await tablesWith(text)).toEqual([]);
    // The events keep the id, which belongs to no account any more.
    expect(await tablesWith(ann.id, ['identity.identity_events', 'identity.revocations'])).toEqual(
      [],
    );
    expect(await tablesWith(bob.id)).toEqual(before);
    const again = await erase('--email', ann.email);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no account')]);
  }, 300_000);

  it('without an account replaces a userId only where it is the whole value', async () => {
    const userId = `sue-${randomUUID().slice(0, 8)}`;
    for (const id of [userId, `${userId}-2`]) {
      expect((await checkout(system.gatewayUrl, [mouse(1)], { userId: id })).status).toBe(200);
    }
    await system.settled();
    const erased = await erase('--user-id', userId);
    expect([erased.code, erased.stdout]).toEqual([0, expect.stringContaining('orders.orders: ')]);
    expect(await tablesWith(`"${userId}"`)).toEqual([]);
    const left = await system.rows('orders', 'SELECT user_id FROM orders WHERE user_id LIKE $1', [
      `${userId}%`,
    ]);
    expect(left).toEqual([{ user_id: `${userId}-2` }]);
  }, 300_000);

  it('is refused when nothing says who, and for an unknown address', async () => {
    expect((await erase()).code).toBe(2);
    const unknown = await erase('--email', 'nobody@shop.example');
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no account')]);
  });

  it('leaves books that agree', () => system.expectReconciled(), 300_000);
});
