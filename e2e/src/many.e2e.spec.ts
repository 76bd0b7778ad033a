import { describe, expect, it } from '@jest/globals';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { DeadOrchestrator } from '@backstitch/tools';
import { Repeated } from './repeated.js';
import { product } from './saga-log.js';
import { type Answer, checkout, limited, mouse, MOUSE, newUser } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

/** How many unfinished sagas the dead orchestrator leaves: CROWD=10000 for the full measure. */
const CROWD = Number(process.env.CROWD ?? 600);
/** New checkouts under way at each orchestrator, beyond which more are refused. */
const ADMITTED = 40;
const PATIENCE_MS = 60_000 + CROWD * 60;

/** Sends checkouts, so many at once, until it is told to stop; every answer is kept. */
class Shoppers extends Repeated<Answer> {
  longestMs = 0;

  constructor(gatewayUrl: string, atOnce: number, pauseMs: number) {
    const shop = async (): Promise<Answer> => {
      const startedAtMs = performance.now();
      const answer = await checkout(gatewayUrl, [mouse(1)], { userId: newUser() });
      this.longestMs = Math.max(this.longestMs, performance.now() - startedAtMs);
      return answer;
    };
    super(shop, { atOnce, pauseMs });
  }

  count(status: number): number {
    return this.answers.filter((answer) => answer.status === status).length;
  }
}

/** An orchestrator whose sagas buy what the system sells, of which there is enough. */
async function deadOrchestratorOf(system: System): Promise<DeadOrchestrator> {
  const products = await system.rows<{ id: string; price: string }>(
    'inventory',
    'UPDATE products SET stock_quantity = 1000000 RETURNING id, price::text',
  );
  let next = 0;
  return DeadOrchestrator.of({
    databaseUrl: system.databases.orchestrator.url,
    timing: {
      sagaDeadlineMs: 120_000,
      paymentReplyTimeoutMs: 5_000,
      steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 20_000 },
    },
    nextProduct: () => products[next++ % products.length]!,
  });
}

describe('two orchestrators and two of each service', () => {
  let system: System;
  const env = { CHECKOUT_DEDUPE_SECONDS: '0' };
  const appEnv = {
    // However slow the machine is, a shopper who waits long is told 202 and not that no orchestrator answers.
    'api-gateway': { ORCHESTRATOR_TIMEOUT_MS: '60000' },
    orchestrator: { MAX_SAGAS_IN_FLIGHT: String(ADMITTED) },
    'inventory-service': { SWEEP_INTERVAL_MS: '100' },
    'payment-service': { RECOVERY_INTERVAL_MS: '100' },
  };
  withSystem({ twoOfEach: true, env, appEnv, reconciledAfterMs: PATIENCE_MS }, (started) => {
    system = started;
    return system.stock(1_000_000, MOUSE);
  });

  const count = async (where: string, values: unknown[]): Promise<number> => {
    const sql = `SELECT count(*)::int AS count FROM saga_state WHERE ${where}`;
    return (await system.rows<{ count: number }>('orchestrator', sql, values))[0]!.count;
  };
  const instances = async () =>
    (await system.rows<{ owner: string }>('orchestrator', 'SELECT DISTINCT owner FROM saga_state'))
      .length;

  it('make one order of a key, whichever of them is asked, and keep every promise', async () => {
    const keys = Array.from({ length: 40 }, () => crypto.randomUUID());
    const asked = keys.flatMap((key, index) => {
      const userId = newUser();
      const items = index % 10 === 0 ? [limited(1), mouse(1)] : [mouse(1 + (index % 3))];
      const send = () => checkout(system.gatewayUrl, items, { userId, key });
      return [send(), send(), send(), send()].map(async (answer) => [key, await answer] as const);
    });
    const ordersOf = new Map<string, Set<string>>();
    const statuses = new Set<number>();
    for (const [key, { status, body }] of await Promise.all(asked)) {
      statuses.add(status);
      if (status === 503) continue;
      ordersOf.set(key, (ordersOf.get(key) ?? new Set()).add(body.orderId));
    }
    for (const status of statuses) expect([200, 202, 409, 503]).toContain(status);
    expect([...ordersOf.values()].filter((orders) => orders.size !== 1)).toEqual([]);
    await system.settled(PATIENCE_MS);
    expect(await instances()).toBe(2);
  }, 300_000);

  it('do a command once that comes to both of a service, twenty times at once', async () => {
    const client = await system.queueClient();
    for (let round = 0; round < 10; round++) {
      const orderId = crypto.randomUUID();
      const data = { orderId, items: [{ productId: MOUSE, quantity: 2, price: '29.99' }] };
      const before = (await product(system, MOUSE)).stock_quantity;
      const replies = await Promise.all(
        Array.from({ length: 20 }, () =>
          client.call(COMMAND_QUEUES.inventory, 'inventory.reserve', data),
        ),
      );
      const bodies = replies.map(({ id: _id, ...reply }) => reply);
      for (const body of bodies) expect(body).toEqual(bodies[0]);
      expect(bodies[0]).toHaveProperty('response');
      expect((await product(system, MOUSE)).stock_quantity).toBe(before - 2);
      await client.call(COMMAND_QUEUES.inventory, 'inventory.release', { orderId });
    }
    await system.settled(PATIENCE_MS);
  }, 300_000);

  it('expire a reservation once, and settle a payment once, with two workers', async () => {
    const client = await system.queueClient();
    const orderIds = Array.from({ length: 120 }, () => crypto.randomUUID());
    const each = <Result>(work: (orderId: string) => Promise<Result>) =>
      Promise.all(orderIds.map(work));
    const states = async (database: 'inventory' | 'payments', table: string) =>
      (
        await system.rows<{ status: string }>(
          database,
          `SELECT DISTINCT status FROM ${table} WHERE order_id = ANY ($1::uuid[])`,
          [orderIds],
        )
      ).map(({ status }) => status);
    const before = (await product(system, MOUSE)).stock_quantity;
    const items = [{ productId: MOUSE, quantity: 2, price: '29.99' }];
    await each((orderId) =>
      client.call(COMMAND_QUEUES.inventory, 'inventory.reserve', { orderId, items }),
    );
    await system.rows(
      'inventory',
      'UPDATE reservations SET expires_at = now() WHERE order_id = ANY ($1::uuid[])',
      [orderIds],
    );
    await system.rows(
      'payments',
      `INSERT INTO payments (order_id, amount, currency, status, provider_key, updated_at)
       SELECT id, 59.98, 'USD', 'PENDING', id::text, now() - interval '1 hour'
       FROM unnest($1::uuid[]) AS id`,
      [orderIds],
    );
    const only = (status: string, database: 'inventory' | 'payments', table: string) =>
      waitFor(
        `all ${table} to be ${status}`,
        async () => {
          const found = await states(database, table);
          if (found.join() !== status) throw new Error(found.join());
          return true;
        },
        { timeoutMs: 60_000 },
      );
    await only('EXPIRED', 'inventory', 'reservations');
    expect((await product(system, MOUSE)).stock_quantity).toBe(before);
    await only('SUCCESS', 'payments', 'payments');
    await each((orderId) => client.call(COMMAND_QUEUES.payment, 'payment.refund', { orderId }));
    await only('REFUNDED', 'payments', 'payments');
    await system.settled(PATIENCE_MS);
  }, 300_000);

  it(
    `take over ${CROWD} sagas of a dead one, and answer new checkouts meanwhile`,
    async () => {
      const dead = await deadOrchestratorOf(system);
      const undoing = Math.floor(CROWD / 10);
      const undone = await dead.leaves(undoing, { undoing: true });
      const going = await dead.leaves(CROWD - undoing);
      const orderIds = [...going, ...undone].map(({ orderId }) => orderId);
      const shoppers = new Shoppers(system.gatewayUrl, 4, 100);
      await dead.releases();
      const silentAt = performance.now();
      const after = () => `${((performance.now() - silentAt) / 1000).toFixed(1)} s`;
      const patience = { timeoutMs: PATIENCE_MS, everyMs: 100 };
      const isTaken = async () => (await count('owner = $1', [dead.instanceId])) === 0;
      await waitFor('all sagas to be claimed', isTaken, patience);
      const claimed = after();
      const served = async () => {
        const sql = 'SELECT count(*)::int AS count FROM orders WHERE id = ANY ($1::uuid[])';
        const [row] = await system.rows<{ count: number }>('orders', sql, [orderIds]);
        return row!.count === CROWD;
      };
      await waitFor('every awaited command to be served', served, patience);
      const sent = after();
      const isEnded = async () =>
        (await count(`order_id = ANY ($1::uuid[]) AND status IN ('RUNNING', 'COMPENSATING')`, [
          orderIds,
        ])) === 0;
      await waitFor('all of them to end', isEnded, patience);
      const ended = after();
      await shoppers.stop();
      const told = [200, 202, 409].map((status) => `${shoppers.count(status)} x ${status}`);
      process.stderr.write(
        `${CROWD} sagas of a dead orchestrator: claimed in ${claimed}, served again in ${sent}, ` +
          `ended in ${ended}; meanwhile ${shoppers.answers.length} checkouts (${told.join(', ')}), ` +
          `the slowest in ${Math.round(shoppers.longestMs)} ms\n`,
      );
      const answered = shoppers.answers.map(({ status }) => status);
      expect(answered.filter((status) => ![200, 202, 409].includes(status))).toEqual([]);
      expect(answered.length).toBeGreaterThan(0);
      const ids = [orderIds];
      // Taken once each: no instance that was busy with them counted as silent.
      expect(await count('order_id = ANY ($1::uuid[]) AND epoch <> 2', ids)).toBe(0);
      const undoneIds = undone.map(({ orderId }) => orderId);
      const isUndone = `order_id = ANY ($1::uuid[]) AND status = 'COMPENSATED'`;
      expect(await count(isUndone, [undoneIds])).toBe(undoing);
      await system.settled(PATIENCE_MS);
    },
    3 * PATIENCE_MS,
  );

  it('undo what has to be undone while more orders come than are admitted', async () => {
    const dead = await deadOrchestratorOf(system);
    const left = await dead.leaves(300, { undoing: true });
    const shoppers = new Shoppers(system.gatewayUrl, 3 * ADMITTED, 20);
    const refused = (moreThan: number) =>
      waitFor('new orders to be refused', async () => shoppers.count(503) > moreThan, {
        timeoutMs: PATIENCE_MS,
      });
    await refused(0);
    await dead.releases();
    const undone = left.map(({ orderId }) => orderId);
    const isUndone = async () =>
      (await count(`order_id = ANY ($1::uuid[]) AND status = 'COMPENSATED'`, [undone])) === 300;
    await waitFor('all to be undone', isUndone, { timeoutMs: PATIENCE_MS });
    await refused(shoppers.count(503));
    await shoppers.stop();
    expect(shoppers.count(200)).toBeGreaterThan(0);
    await system.settled(PATIENCE_MS);
  }, 300_000);
});
