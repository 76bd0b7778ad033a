import { describe, expect, it } from '@jest/globals';
import { APP_NAMES } from '@backstitch/tools';
import { product } from './saga-log.js';
import { checkout, limited, LIMITED, mouse, newUser } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

describe('idempotency', () => {
  let system: System;
  let gateway: string;
  withSystem({}, (started) => {
    system = started;
    gateway = system.gatewayUrl;
  });

  const ordersOf = async (userId: string): Promise<string[]> => {
    const sql = 'SELECT id FROM orders WHERE user_id = $1';
    return (await system.rows<{ id: string }>('orders', sql, [userId])).map((row) => row.id);
  };

  it('A11: the same curl twice is one order, and the second answer says so', async () => {
    const userId = newUser();
    const first = await checkout(gateway, [mouse(1)], { userId });
    const second = await checkout(gateway, [mouse(1)], { userId });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await ordersOf(userId)).toEqual([first.body.orderId]);
    for (const [database, table] of [
      ['inventory', 'reservations'],
      ['payments', 'payments'],
    ] as const) {
      const sql = `SELECT 1 FROM ${table} WHERE order_id = $1`;
      expect(await system.rows(database, sql, [first.body.orderId])).toHaveLength(1);
    }
  });

  it('A11: a keyless checkout that failed does not count: the shopper can try again', async () => {
    const userId = newUser();
    const first = await checkout(gateway, [limited(50)], { userId });
    const second = await checkout(gateway, [limited(50)], { userId });
    expect([first.status, second.status]).toEqual([409, 409]);
    expect(second.body.orderId).not.toBe(first.body.orderId);
  });

  it('A11: two keys are always two orders; one key with another body is 422', async () => {
    const userId = newUser();
    const one = await checkout(gateway, [mouse(1)], { userId, key: 'key-1' });
    const two = await checkout(gateway, [mouse(1)], { userId, key: '"key-2"' });
    expect(two.body.orderId).not.toBe(one.body.orderId);
    const other = await checkout(gateway, [mouse(2)], { userId, key: 'key-1' });
    expect(other.status).toBe(422);
    expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    const again = await checkout(gateway, [mouse(1)], { userId, key: '"key-1"' });
    expect(again.body).toEqual(one.body);
    expect(await ordersOf(userId)).toHaveLength(2);
  });

  it('A11: the key of another caller is another key', async () => {
    const one = await checkout(gateway, [mouse(1)], { key: 'shared' });
    const two = await checkout(gateway, [mouse(1)], { key: 'shared' });
    expect(two.body.orderId).not.toBe(one.body.orderId);
  });

  it.each(['', 'x'.repeat(256), '"unfinished'])('refuses the key %p with 400', async (key) => {
    const answer = await checkout(gateway, [mouse(1)], { key });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('INVALID_IDEMPOTENCY_KEY');
  });

  it('A11: a rejection is the answer of its key too', async () => {
    const userId = newUser();
    const first = await checkout(gateway, [limited(50)], { userId, key: 'no' });
    const second = await checkout(gateway, [limited(50)], { userId, key: 'no' });
    expect(first.status).toBe(409);
    expect(second.body).toEqual({ ...first.body, requestId: expect.any(String) });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it.each([undefined, 'fifty'])('A11: 50 at once (key %p) are one order', async (key) => {
    const userId = newUser();
    const requests = Array.from({ length: 50 }, () =>
      checkout(gateway, [mouse(1)], { userId, ...(key && { key }) }),
    );
    const answers = await Promise.all(requests);
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(answers[0]!.body);
    }
    const replayed = answers.filter((answer) => answer.headers.get('idempotent-replayed'));
    expect(replayed).toHaveLength(49);
    expect(await ordersOf(userId)).toHaveLength(1);
  });

  it('A13: 20 buyers of 5 units at once: exactly 5 succeed and stock ends at 0', async () => {
    const before = await product(system, LIMITED);
    expect(before.stock_quantity).toBe(5);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => checkout(gateway, [limited(1)])),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(15);
    expect((await product(system, LIMITED)).stock_quantity).toBe(0);
  });

  it('A11: a key still names its order after every app was restarted', async () => {
    const userId = newUser();
    const before = await checkout(gateway, [mouse(1)], { userId, key: 'restart' });
    expect(before.status).toBe(200);
    await Promise.all(APP_NAMES.map((app) => system.apps[app].stop()));
    for (const app of APP_NAMES) system.apps[app].start();
    await system.ready();
    const after = await checkout(gateway, [mouse(1)], { userId, key: 'restart' });
    expect(after.body).toEqual(before.body);
    expect(after.headers.get('idempotent-replayed')).toBe('true');
  }, 300_000);
});
