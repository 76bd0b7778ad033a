import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import type { DatabaseName } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { bankOf, cancel, sagasOf, stageOf } from './cancelling.js';
import { checkout, mouse, MOUSE, newUser } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

/** A step, and the table that its command writes first. */
type Place = readonly [step: string, database: DatabaseName, table: string];

const PLACES: readonly Place[] = [
  ['ORDER_CREATED', 'orders', 'orders'],
  ['INVENTORY_RESERVED', 'inventory', 'reservations'],
  ['PAYMENT_PROCESSED', 'payments', 'payments'],
  ['INVENTORY_COMMITTED', 'inventory', 'reservations'],
  ['ORDER_CONFIRMED', 'orders', 'orders'],
];
const PAYMENT = PLACES[2]!;
const BEFORE_THE_PAYMENT = new Set(['ORDER_CREATED', 'INVENTORY_RESERVED', 'PAYMENT_PROCESSED']);

/** Nothing is undone, or answered, because a test takes its time. */
const UNHURRIED = {
  CHECKOUT_WAIT_MS: '60000',
  REPLY_TIMEOUT_MS: '20000',
  PAYMENT_REPLY_TIMEOUT_MS: '20000',
  STEP_DEADLINE_MS: '90000',
  BREAKER_ABSENT_MS: '600000',
  BREAKER_SILENT_MS: '600000',
  BREAKER_FAULTS_MS: '600000',
  STEP_ATTEMPTS: '50',
};

describe('a cancellation during a checkout', () => {
  let system: System;
  const appEnv = {
    orchestrator: UNHURRIED,
    'api-gateway': { ORCHESTRATOR_TIMEOUT_MS: '90000', SLOW_CHECKOUT_MS: '60000' },
  };
  withSystem({ appEnv, reconciledAfterMs: 60_000 }, async (started) => {
    system = started;
    await system.stock(1_000, MOUSE);
  });

  /** Lets no command write to the table until it is released. */
  async function held([, database, table]: Place): Promise<() => Promise<void>> {
    const client = await system.databases[database].pool.connect();
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    return async () => {
      await client.query('ROLLBACK');
      client.release();
    };
  }

  /** The order whose saga stands at a step. */
  async function orderAt(userId: string, step: string): Promise<string> {
    const sql = `SELECT order_id FROM saga_state
      WHERE input->>'userId' = $1 AND current_step = $2`;
    return waitFor(`the checkout to be at ${step}`, async () => {
      const rows = await system.rows<{ order_id: string }>('orchestrator', sql, [userId, step]);
      return rows[0]?.order_id;
    });
  }

  it.each(PLACES)(
    'O5: at %s ends in 409 ORDER_CANCELLED, or in 200 and a cancellation that follows, and never in a charge without an order',
    async (step, database, table) => {
      const place: Place = [step, database, table];
      const userId = newUser();
      const isEarly = BEFORE_THE_PAYMENT.has(step);
      let release = await held(isEarly ? place : PAYMENT);
      const buying = checkout(system.gatewayUrl, [mouse(1)], { userId });
      if (!isEarly) {
        await orderAt(userId, 'PAYMENT_PROCESSED');
        const releasePayment = release;
        release = await held(place);
        await releasePayment();
      }
      const orderId = await orderAt(userId, step);
      const cancelling = cancel(system.gatewayUrl, orderId);
      const isRouted = async () => {
        const sagas = await sagasOf(system, orderId);
        return sagas[0] === 'checkout COMPENSATING' || sagas.length === 2;
      };
      try {
        await waitFor('the cancellation to be routed', isRouted);
      } finally {
        await release();
      }
      const [bought, cancelled] = await Promise.all([buying, cancelling]);
      expect(cancelled).toMatchObject({ status: 200, body: { orderId, stage: 'CANCELLED' } });
      expect(await stageOf(system, orderId)).toBe('CANCELLED');
      const { charges, refunds } = await bankOf(system, orderId);
      expect(refunds).toBe(charges);
      if (step === 'ORDER_CONFIRMED') {
        expect(bought.status).toBe(200);
        expect(await sagasOf(system, orderId)).toEqual(['checkout DONE', 'cancellation DONE']);
      } else {
        expect(bought).toMatchObject({ status: 409, body: { code: 'ORDER_CANCELLED' } });
        expect(await sagasOf(system, orderId)).toEqual(['checkout COMPENSATED']);
      }
    },
    300_000,
  );

  it('O9: whose confirmation was committed and whose reply was lost ends DONE, and is refunded once', async () => {
    await system.apps['order-service'].stop();
    // It creates the order, confirms it, and is killed before it says so.
    await system.restart('order-service', {
      FAULT_POINT: 'participant.after-commit-before-reply#2',
    });
    const userId = newUser();
    const buying = checkout(system.gatewayUrl, [mouse(1)], { userId });
    const orderId = await orderAt(userId, 'ORDER_CONFIRMED');
    expect(await system.apps['order-service'].ended).toBe('SIGKILL');
    const client = await system.queueClient();
    // The broker offers the confirmation again once it sees that its consumer is gone.
    await waitFor('the confirmation to be lost', async () => {
      return (await client.purge(COMMAND_QUEUES.order)) > 0;
    });
    await system.restart('order-service');
    expect(await stageOf(system, orderId)).toBe('CONFIRMED');
    const cancelled = await cancel(system.gatewayUrl, orderId);
    expect(cancelled).toMatchObject({ status: 200, body: { stage: 'CANCELLED' } });
    // The confirmation is sent again when its reply is overdue.
    expect((await buying).status).toBe(200);
    expect(await sagasOf(system, orderId)).toEqual(['checkout DONE', 'cancellation DONE']);
    expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
  }, 300_000);
});
