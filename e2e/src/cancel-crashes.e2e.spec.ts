import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@backstitch/testkit';
import type { AppName } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { bankOf, cancel, sagasOf, stageOf } from './cancelling.js';
import { product } from './saga-log.js';
import { checkout, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

describe('a cancellation', () => {
  let system: System;
  const env = {
    CHECKOUT_WAIT_MS: '10000',
    SLOW_CHECKOUT_MS: '30000',
    BREAKER_ABSENT_MS: '600000',
    HEARTBEAT_MS: '300',
    OWNER_SILENT_MS: '1000',
    BACKOFF_MAX_MS: '1000',
  };
  withSystem({ env, reconciledAfterMs: 60_000 }, async (started) => {
    system = started;
    await system.stock(1_000, MOUSE);
  });

  it.each<[AppName, string]>([
    ['order-service', 'participant.on-arrival'],
    ['order-service', 'participant.after-commit-before-reply'],
    ['order-service', 'participant.after-commit-before-reply#2'],
    ['order-service', 'participant.after-reply-before-ack'],
    ['payment-service', 'payment.after-refund-row-before-call'],
    ['payment-service', 'payment.after-refund-call-before-outcome'],
    ['payment-service', 'participant.after-commit-before-reply'],
    ['inventory-service', 'participant.after-commit-before-reply'],
    ['inventory-service', 'participant.after-reply-before-ack'],
    ['orchestrator', 'orchestrator.cancellation-after-commit'],
    ['orchestrator', 'orchestrator.after-commit-before-publish'],
    ['orchestrator', 'orchestrator.after-publish#2'],
    ['orchestrator', 'orchestrator.reply-before-commit#2'],
    ['orchestrator', 'orchestrator.commit-before-ack#3'],
    ['api-gateway', 'gateway.order-action-before-forward'],
    ['api-gateway', 'gateway.order-action-after-forward'],
  ])(
    'O6: with %s killed at %s gives back the money and the goods once, and ends',
    async (app, point) => {
      const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
      const { orderId } = body;
      const stock = (await product(system, MOUSE)).stock_quantity;
      await system.apps[app].stop();
      await system.restart(app, { FAULT_POINT: point });
      const { ended } = system.apps[app];
      let isOver = false;
      void ended.then(() => (isOver = true));
      const asking = async (): Promise<void> => {
        while (!isOver) {
          await cancel(system.gatewayUrl, orderId).catch(() => undefined);
          await pause(100);
        }
      };
      const asked = asking();
      expect(await ended).toBe('SIGKILL');
      await system.restart(app);
      await asked;
      const answer = await waitFor(
        'the cancellation to be answered',
        async () => {
          const again = await cancel(system.gatewayUrl, orderId);
          return again.status === 200 && again;
        },
        { timeoutMs: 60_000 },
      );
      expect(answer.body).toMatchObject({ stage: 'CANCELLED', refund: { amount: '29.99' } });
      await system.settled();
      expect(await stageOf(system, orderId)).toBe('CANCELLED');
      expect(await bankOf(system, orderId)).toEqual({ charges: 1, refunds: 1 });
      expect(await sagasOf(system, orderId)).toEqual(['checkout DONE', 'cancellation DONE']);
      expect((await product(system, MOUSE)).stock_quantity).toBe(stock + 1);
    },
    300_000,
  );
});
