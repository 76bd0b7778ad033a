import { describe, expect, it } from '@jest/globals';
import { bankOf, cancel, sagasOf, stageOf } from './cancelling.js';
import { checkout, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withIssuer } from './with-issuer.js';
import { withSystem } from './with-system.js';

const PAIRS = 200;
const AT_ONCE = 10;

describe('with two orchestrators', () => {
  let system: System;
  const issuer = withIssuer();
  const appEnv = {
    get 'api-gateway'() {
      return {
        ...issuer.appEnv['api-gateway'],
        ORCHESTRATOR_TIMEOUT_MS: '90000',
        SLOW_CHECKOUT_MS: '60000',
      };
    },
    orchestrator: {
      CHECKOUT_WAIT_MS: '60000',
      BREAKER_ABSENT_MS: '600000',
      BREAKER_SILENT_MS: '600000',
      STEP_ATTEMPTS: '50',
      STEP_DEADLINE_MS: '90000',
      BACKOFF_MAX_MS: '1000',
    },
  };
  withSystem({ twoOfEach: true, appEnv, reconciledAfterMs: 60_000 }, async (started) => {
    system = started;
    await system.stock(10_000, MOUSE);
  });

  it('O3: 20 cancellations at once by the customer and the shop are one, with one refund and equal answers', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(2)]);
    const { orderId } = body;
    const admin = await issuer.account(system, 'admin-1', ['admin']);
    const path = `/orders/${orderId}/cancel`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? cancel(system.gatewayUrl, orderId, { reason: `customer ${index}` })
          : admin.send('POST', path, { reason: `shop ${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const [first, ...others] = answers.map(({ body: told }) => told);
    expect(first).toMatchObject({ stage: 'CANCELLED', refund: { amount: '59.98' } });
    for (const other of others) expect(other).toEqual(first);
    expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
    const done = (await sagasOf(system, orderId)).filter((told) => told === 'cancellation DONE');
    expect(done).toHaveLength(1);
  }, 300_000);

  it(`O4: of a cancellation and a handover at once exactly one succeeds, ${PAIRS} times`, async () => {
    const admin = await issuer.account(system, 'admin-1', ['admin']);
    const won = { cancelled: 0, fulfilled: 0 };
    const pair = async (): Promise<void> => {
      const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
      const { orderId } = body;
      const [cancelled, fulfilled] = await Promise.all([
        cancel(system.gatewayUrl, orderId),
        admin.send('POST', `/orders/${orderId}/fulfil`, {}),
      ]);
      const statuses = [cancelled.status, fulfilled.status];
      expect([
        [200, 409],
        [409, 200],
      ]).toContainEqual(statuses);
      const isCancelled = cancelled.status === 200;
      won[isCancelled ? 'cancelled' : 'fulfilled'] += 1;
      expect(await stageOf(system, orderId)).toBe(isCancelled ? 'CANCELLED' : 'FULFILLED');
      const refunds = isCancelled ? 1 : 0;
      expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds });
      const loser = isCancelled ? fulfilled : cancelled;
      expect(loser.body).toMatchObject({
        code: isCancelled ? 'ORDER_STATE_CONFLICT' : 'ORDER_NOT_CANCELLABLE',
        allowed: [],
      });
    };
    let left = PAIRS;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await pair();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(won.cancelled + won.fulfilled).toBe(PAIRS);
  }, 300_000);
});
