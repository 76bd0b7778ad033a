import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { orderRows, product } from './saga-log.js';
import { type Answer, mouse, MOUSE, newUser, post } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

interface PaymentLog {
  status: 'COMPLETED' | 'FAILED';
  data: { attempts: number; code?: string; lastError?: { pausesMs?: number[] } } | null;
}

describe('a checkout that names a card', () => {
  let system: System;
  const appEnv = {
    'payment-service': { BANK_ANSWER_TIMEOUT_MS: '100' },
    orchestrator: { CHECKOUT_WAIT_MS: '60000', BREAKER_ABSENT_MS: '600000' },
    'api-gateway': { ORCHESTRATOR_TIMEOUT_MS: '90000', SLOW_CHECKOUT_MS: '60000' },
  };
  withSystem({ appEnv }, async (started) => {
    system = started;
    await system.stock(1_000, MOUSE);
  });

  async function tokenOf(number: string): Promise<string> {
    const response = await fetch(`${system.gatewayUrl}/api/cards`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ number, expiry: '12/99', cvc: '123' }),
    });
    return ((await response.json()) as { token: string }).token;
  }

  async function buy(number: string, headers: Record<string, string> = {}): Promise<Answer> {
    const paymentMethod = { token: await tokenOf(number) };
    const body = { userId: newUser(), items: [mouse(1)], paymentMethod };
    return post(system.gatewayUrl, JSON.stringify(body), headers);
  }

  async function paymentLog(sagaId: string): Promise<PaymentLog> {
    const [row] = await system.rows<PaymentLog>(
      'orchestrator',
      `SELECT status, data FROM saga_logs
        WHERE saga_id = $1 AND step = 'PAYMENT_PROCESSED' AND status <> 'STARTED'`,
      [sagaId],
    );
    return row!;
  }

  const chargesOf = (orderId: string) =>
    system.rows(
      'payments',
      `SELECT decision FROM payments JOIN bank.charges ON key = provider_key WHERE order_id = $1`,
      [orderId],
    );

  it('is paid by a card that pays', async () => {
    const { status, body } = await buy('4242424242424242');
    expect(status).toBe(200);
    expect(await chargesOf(body.orderId)).toEqual([{ decision: 'APPROVED' }]);
  });

  it.each([
    ['4000000000000002', 'card_declined'],
    ['4000000000009995', 'insufficient_funds'],
  ])('is 402 with the decline code by %s, and asks the bank once', async (number, declineCode) => {
    const before = await product(system, MOUSE);
    const { status, body } = await buy(number);
    expect(status).toBe(402);
    expect(body).toMatchObject({ code: 'PAYMENT_DECLINED', declineCode });
    expect(await paymentLog(body.sagaId)).toMatchObject({
      status: 'FAILED',
      data: { attempts: 1 },
    });
    expect((await product(system, MOUSE)).stock_quantity).toBe(before.stock_quantity);
  });

  it('is charged once by a card whose answer is lost', async () => {
    const { status, body } = await buy('4000000000000341');
    expect(status).toBe(200);
    expect(await chargesOf(body.orderId)).toEqual([{ decision: 'APPROVED' }]);
    expect((await paymentLog(body.sagaId)).data?.attempts).toBe(2);
  });

  it('O33: half of the payments are declined for the moment, and all orders end', async () => {
    await system.apps['payment-service'].stop();
    await system.restart('payment-service', { PAYMENT_SOFT_DECLINE_RATE: '0.5' });
    const later = { prefer: 'respond-async' };
    const numbers = [...Array<string>(30).fill('4242424242424242'), '4000000000000002'];
    const orders = await Promise.all(numbers.map((number) => buy(number, later)));
    const planned = [1_000, 2_000, 4_000, 8_000];
    for (const { body } of orders) {
      const rows = await waitFor(
        `the end of ${body.orderId}`,
        async () => {
          const { saga, order } = await orderRows(system, body.orderId);
          const isOver = saga?.status === 'DONE' || saga?.status === 'COMPENSATED';
          return isOver && order;
        },
        { timeoutMs: 120_000 },
      );
      const { status, data } = await paymentLog(body.sagaId);
      const pausesMs = data?.lastError?.pausesMs ?? [];
      expect(pausesMs).toEqual(planned.slice(0, pausesMs.length));
      expect(rows.status).toBe(status === 'COMPLETED' ? 'CONFIRMED' : 'CANCELLED');
      if (data?.code === 'PAYMENT_SOFT_DECLINED') expect(pausesMs).toEqual(planned);
      // After the bank has decided, it is not asked again.
      if (data?.code === 'PAYMENT_DECLINED') expect(data.attempts).toBe(pausesMs.length + 1);
    }
  }, 300_000);
});
