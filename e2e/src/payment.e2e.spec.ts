import { describe, expect, it } from '@jest/globals';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { type QueueClient, waitFor } from '@backstitch/testkit';
import { completed, failed, orderRows, product, sagaLog } from './saga-log.js';
import { type Answer, checkout, limited, LIMITED, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

interface BankRow {
  charges: number;
  refunds: number;
}

describe('a payment that fails, and a failure after the payment', () => {
  let system: System;
  let client: QueueClient;
  const appEnv = {
    'payment-service': { PAYMENT_FAILURE_RATE: '1' },
    'inventory-service': { SWEEP_INTERVAL_MS: '100' },
    // On a busy machine every shopper gets the bank's answer, not an impatient breaker's.
    orchestrator: { CHECKOUT_WAIT_MS: '60000', BREAKER_ABSENT_MS: '600000' },
    'api-gateway': { ORCHESTRATOR_TIMEOUT_MS: '90000', SLOW_CHECKOUT_MS: '60000' },
  };
  withSystem({ appEnv }, async (started) => {
    system = started;
    client = await system.queueClient();
  });

  const bank = async (orderId: string): Promise<BankRow> => {
    const [row] = await system.rows<BankRow>(
      'payments',
      `SELECT
         (SELECT count(*)::int FROM bank.charges WHERE key = p.provider_key
            AND decision = 'APPROVED') AS charges,
         (SELECT count(*)::int FROM bank.refunds WHERE key = p.provider_key) AS refunds
       FROM payments p WHERE p.order_id = $1`,
      [orderId],
    );
    return row!;
  };

  it('A6: a declined payment is 402, and everything before it is undone in reverse', async () => {
    const before = await product(system, MOUSE);
    const answer = await checkout(system.gatewayUrl, [mouse(3)]);
    expect(answer.status).toBe(402);
    expect(answer.body.code).toBe('PAYMENT_DECLINED');
    expect(await orderRows(system, answer.body.orderId)).toMatchObject({
      order: { status: 'CANCELLED', saga_state: 'COMPENSATED' },
      reservation: { status: 'RELEASED' },
      payments: [{ status: 'FAILED' }],
      saga: { status: 'COMPENSATED' },
    });
    expect((await product(system, MOUSE)).stock_quantity).toBe(before.stock_quantity);
    expect(await sagaLog(system, answer.body.sagaId)).toEqual([
      ...completed('ORDER_CREATED', 'INVENTORY_RESERVED'),
      ...failed('PAYMENT_PROCESSED'),
      ...completed('RELEASE_INVENTORY', 'CANCEL_ORDER'),
    ]);
  });

  it('A12: a declined payment replayed is still declined', async () => {
    const data = { orderId: crypto.randomUUID(), amount: '29.99' };
    const pay = () => client.call(COMMAND_QUEUES.payment, 'payment.process', data);
    const [first, second] = [await pay(), await pay()];
    for (const reply of [first, second]) {
      expect(reply).toMatchObject({ err: { code: 'PAYMENT_DECLINED', retryable: false } });
    }
  });

  const UNDO_AFTER_PAYMENT = completed('REFUND_PAYMENT', 'RELEASE_INVENTORY', 'CANCEL_ORDER');

  /** Starts a checkout and resolves once its payment is under way at a slow bank. */
  async function payingSlowly(line: ReturnType<typeof mouse>) {
    const answer = await checkout(system.gatewayUrl, [line], {
      headers: { prefer: 'respond-async' },
    });
    await waitFor('the payment to be under way', async () => {
      const rows = await orderRows(system, answer.body.orderId);
      return rows.payments[0]?.status === 'PENDING';
    });
    return answer.body;
  }

  it('A7: an order cancelled before its confirm is refunded, released and cancelled', async () => {
    await system.apps['payment-service'].stop();
    await system.restart('payment-service', {
      PAYMENT_FAILURE_RATE: '0',
      // Short of PAYMENT_REPLY_TIMEOUT_MS, and long enough for what the tests do meanwhile.
      PAYMENT_LATENCY_MS: '4500',
    });
    const { orderId, sagaId } = await payingSlowly(mouse(1));
    await client.call(COMMAND_QUEUES.order, 'order.cancel', { orderId });
    await system.settled();
    expect(await sagaLog(system, sagaId)).toEqual([
      ...completed(
        'ORDER_CREATED',
        'INVENTORY_RESERVED',
        'PAYMENT_PROCESSED',
        'INVENTORY_COMMITTED',
      ),
      ...failed('ORDER_CONFIRMED'),
      ...UNDO_AFTER_PAYMENT,
    ]);
    expect(await bank(orderId)).toEqual({ charges: 1, refunds: 1 });
  }, 300_000);

  it('A7: an order whose reservation expired and was sold to another is refunded and cancelled', async () => {
    const { stock_quantity: left } = await product(system, LIMITED);
    const { orderId, sagaId } = await payingSlowly(limited(left));
    await system.rows(
      'inventory',
      `UPDATE reservations SET expires_at = clock_timestamp() WHERE order_id = $1`,
      [orderId],
    );
    await waitFor('the sweeper to expire the hold', async () => {
      return (await orderRows(system, orderId)).reservation?.status === 'EXPIRED';
    });
    const items = [{ productId: LIMITED, quantity: left }];
    const other = { orderId: crypto.randomUUID(), items };
    expect(await client.call(COMMAND_QUEUES.inventory, 'inventory.reserve', other)).toHaveProperty(
      'response',
    );
    await system.settled();
    expect(await sagaLog(system, sagaId)).toEqual([
      ...completed('ORDER_CREATED', 'INVENTORY_RESERVED', 'PAYMENT_PROCESSED'),
      ...failed('INVENTORY_COMMITTED'),
      ...UNDO_AFTER_PAYMENT,
    ]);
    expect(await bank(orderId)).toEqual({ charges: 1, refunds: 1 });
    expect((await product(system, LIMITED)).stock_quantity).toBe(0);
  }, 300_000);

  it('A6: at any failure rate, what the bank declines is 402, and what it approves is 200', async () => {
    await system.apps['payment-service'].stop();
    // Of a hundred payments, all or none are declined once in 2^99 runs.
    await system.restart('payment-service', { PAYMENT_FAILURE_RATE: '0.5' });
    await system.stock(1_000, MOUSE);
    let left = 100;
    const answers: Answer[] = [];
    const shopper = async (): Promise<void> => {
      while (left-- > 0) {
        const answer = await checkout(system.gatewayUrl, [mouse(1)]);
        // Nothing was recorded, and no bank asked: the shopper comes again.
        if (answer.body.code === 'NOT_ACCEPTED') left += 1;
        else answers.push(answer);
      }
    };
    await Promise.all(Array.from({ length: 20 }, shopper));
    const sql = `SELECT order_id, decision FROM payments JOIN bank.charges ON key = provider_key`;
    const rows = await system.rows<{ order_id: string; decision: string }>('payments', sql);
    const decisions = new Map(rows.map(({ order_id: id, decision }) => [id, decision]));
    const seen = new Set(
      answers.map(({ status, body }) => `${status} ${decisions.get(body.orderId)}`),
    );
    expect([...seen].sort()).toEqual(['200 APPROVED', '402 DECLINED']);
  }, 300_000);
});
