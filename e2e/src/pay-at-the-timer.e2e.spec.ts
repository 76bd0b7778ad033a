import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { Market, PAYS } from './marketplace.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const ORDERS = 200;
const AT_ONCE = 20;

describe('a payment in the second in which its time is over', () => {
  let system: System;
  let market: Market;
  const appEnv = { orchestrator: { CUSTOMER_PAYS_MS: '4000', RESERVATION_GRACE_MS: '60000' } };
  withSystem({ appEnv }, async (started) => {
    system = started;
    market = await Market.open(system, 10 * ORDERS);
  });

  /** Within half a second of the end of its time, before or after it. */
  async function payAtTheEnd(index: number, token: string): Promise<string> {
    const orderId = await market.accepted();
    const sql = `SELECT extract(epoch FROM due_at - clock_timestamp()) * 1000 AS ms
      FROM saga_state WHERE order_id = $1`;
    const [row] = await system.rows<{ ms: string | null }>('orchestrator', sql, [orderId]);
    const shiftMs = ((index * 37) % 1_000) - 500;
    await pause(Math.max(0, Number(row?.ms ?? 0) + shiftMs));
    const { status } = await market.payBy(orderId, token, `pay-${index}`);
    expect([200, 202, 409]).toContain(status);
    return orderId;
  }

  it('O13: is PAID, or refunded, or never made, 200 times', async () => {
    const token = await market.token(PAYS);
    const orders: string[] = [];
    for (let next = 0; next < ORDERS; next += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, n) => payAtTheEnd(next + n, token));
      orders.push(...(await Promise.all(some)));
    }
    const told = new Map<string, number>();
    for (const orderId of orders) {
      const stage = await waitFor(
        `the end of ${orderId}`,
        async () => {
          const { stage: now } = await market.order(orderId);
          return (now === 'PAID' || now === 'CANCELLED') && now;
        },
        { timeoutMs: 60_000 },
      );
      const sql = 'SELECT status FROM payments WHERE order_id = $1';
      const [payment] = await system.rows<{ status: string }>('payments', sql, [orderId]);
      const charges = await market.charges(orderId);
      const end = `${stage}, payment ${payment?.status}, ${charges} charges`;
      told.set(end, (told.get(end) ?? 0) + 1);
      if (stage === 'PAID') await market.act(orderId, 'fulfil');
    }
    const allowed = new Set([
      'PAID, payment SUCCESS, 1 charges',
      'CANCELLED, payment REFUNDED, 1 charges',
      'CANCELLED, payment FAILED, 0 charges',
    ]);
    expect([...told.keys()].filter((end) => !allowed.has(end))).toEqual([]);
    process.stderr.write(`${JSON.stringify(Object.fromEntries(told))}\n`);
    await system.expectReconciled(120_000);
  }, 1_200_000);
});
