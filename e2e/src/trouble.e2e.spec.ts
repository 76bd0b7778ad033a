import { setTimeout as pause } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@backstitch/testkit';
import {
  APP_NAMES,
  type AppName,
  BROKER_USERS,
  DATABASES,
  ownerOf,
  startPrivateRabbit,
} from '@backstitch/tools';
import { Repeated } from './repeated.js';
import { orderRows } from './saga-log.js';
import { checkout, mouse, MOUSE } from './shopper.js';
import { System } from './system.js';

/** As it is by default. */
const WAIT_BUDGET_MS = 10_000;
/** A busy machine is not the subject: no checkout is refused, or undone, for being slow. */
const UNHURRIED = {
  CHECKOUT_WAIT_MS: String(WAIT_BUDGET_MS),
  SLOW_CHECKOUT_MS: '30000',
  BREAKER_ABSENT_MS: '600000',
  STEP_ATTEMPTS: '50',
  STEP_DEADLINE_MS: '90000',
};
/** There is one orchestrator: it takes over what it left itself, as soon as it counts as silent. */
const SILENT_SOON = { HEARTBEAT_MS: '300', OWNER_SILENT_MS: '1000' };
/** A limit for what hangs: a busy machine may answer late, and must not answer never. */
const HANG_MS = WAIT_BUDGET_MS + 30_000;

/** On a busy machine a first try may be refused, and nothing recorded: a shopper comes again. */
async function untilEnded(ended: Promise<unknown>, attempt: () => Promise<void>): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  for (let tries = 1; !isOver; tries++) {
    if (tries > 1) await pause(200);
    await attempt();
  }
}

describe('trouble', () => {
  let system: System;
  let rabbit: Awaited<ReturnType<typeof startPrivateRabbit>>;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstitch-e2e-'));
    rabbit = await startPrivateRabbit({ dataDir: folder });
    system = await System.start({
      rabbitmqUrl: rabbit.url,
      env: { ...UNHURRIED, ...SILENT_SOON, CHECKOUT_DEDUPE_SECONDS: '0' },
    });
    await system.stock(100_000, MOUSE);
  }, 300_000);
  // Judges all that the tests left behind.
  afterAll(async () => {
    try {
      await system.expectReconciled();
    } finally {
      await system?.stop();
      await rabbit?.stop({ hurry: true });
      await rm(folder, { recursive: true, force: true });
    }
  }, 300_000);

  it.each(DATABASES)(
    'A15: the app of a database that is away (%s) is not ready, says why to operators, and comes back by itself',
    async (name) => {
      const app = ownerOf(name).name;
      const database = new URL(system.databases[name].url).pathname.slice(1);
      const admin = system.databases[name === 'orders' ? 'payments' : 'orders'].pool;
      const allow = (yes: boolean) =>
        admin.query(`ALTER DATABASE "${database}" ALLOW_CONNECTIONS ${yes}`);
      await allow(false);
      try {
        await admin.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
          [database],
        );
        await waitFor(`${app} to be not ready`, async () => {
          return (await system.apps[app].readiness()).status === 503;
        });
        expect(await system.apps[app].readiness()).toEqual({
          status: 503,
          text: '{"status":"error"}',
        });
        const { status, text } = await system.apps[app].dependencies();
        expect(status).toBe(503);
        expect(text).toMatch(/"database":\{"status":"down","why":"[^"]+/);
      } finally {
        await allow(true);
      }
      await system.apps[app].untilReady();
      expect((await checkout(system.gatewayUrl, [mouse(1)])).status).toBe(200);
    },
    300_000,
  );

  it('A15: every app stays ready while the broker is away, says why to operators, refuses new checkouts early, answers replays and reads, and comes back', async () => {
    const key = crypto.randomUUID();
    const before = await checkout(system.gatewayUrl, [mouse(1)], { userId: 'reader', key });
    expect(before.status).toBe(200);
    await rabbit.kill();
    for (const { name: app } of BROKER_USERS) {
      await waitFor(`${app} to say that the broker is away`, async () => {
        const { status, text } = await system.apps[app].dependencies();
        return status === 503 && /"broker":\{"status":"down","why":"[^"]+/.test(text);
      });
    }
    for (const app of APP_NAMES) {
      const ready = await system.apps[app].readiness();
      expect([app, ready]).toEqual([app, { status: 200, text: '{"status":"ok"}' }]);
    }
    const refused = await checkout(system.gatewayUrl, [mouse(1)]);
    expect(refused.status).toBe(503);
    expect(refused.body.code).toBe('NOT_ACCEPTED');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const replay = await checkout(system.gatewayUrl, [mouse(1)], { userId: 'reader', key });
    expect([replay.status, replay.body.orderId]).toEqual([200, before.body.orderId]);
    const saga = await fetch(`${system.gatewayUrl}/api/sagas/${before.body.sagaId}`);
    expect(saga.status).toBe(200);
    await rabbit.start();
    await system.ready();
    expect((await checkout(system.gatewayUrl, [mouse(1)])).status).toBe(200);
  }, 300_000);

  it('A16: a broker restarted under load loses nothing that was accepted', async () => {
    const shoppers = new Repeated(
      async () => {
        const startedMs = performance.now();
        const answer = await checkout(system.gatewayUrl, [mouse(1)]);
        return { answer, tookMs: performance.now() - startedMs };
      },
      { atOnce: 8 },
    );
    const { answers } = shoppers;
    const succeeded = (): number => answers.filter(({ answer }) => answer.status === 200).length;
    await waitFor('checkouts under way', () => succeeded() >= 50, { timeoutMs: 30_000 });
    await rabbit.stop();
    await rabbit.start();
    const before = succeeded();
    await waitFor('service to be back', () => succeeded() >= before + 50, { timeoutMs: 60_000 });
    await shoppers.stop();
    for (const { answer, tookMs } of answers) {
      expect([200, 202, 503]).toContain(answer.status);
      if (answer.status === 503) expect(answer.headers.get('retry-after')).not.toBeNull();
      expect(tookMs).toBeLessThan(HANG_MS);
    }
    for (const app of APP_NAMES) expect(system.apps[app].running).toBe(true);
    await system.settled();
    for (const { answer } of answers.filter((each) => each.answer.status === 200)) {
      const { order, saga } = await orderRows(system, answer.body.orderId);
      expect([order?.status, saga?.status]).toEqual(['CONFIRMED', 'DONE']);
    }
  }, 300_000);

  it.each<[AppName, string]>([
    ['order-service', 'participant.on-arrival'],
    ['order-service', 'participant.after-commit-before-reply'],
    ['inventory-service', 'participant.after-commit-before-reply'],
    ['inventory-service', 'participant.after-reply-before-ack'],
    ['payment-service', 'payment.after-intent-before-call'],
    ['payment-service', 'payment.after-call-before-outcome'],
    ['payment-service', 'participant.after-commit-before-reply'],
    ['orchestrator', 'orchestrator.after-commit-before-publish'],
    ['orchestrator', 'orchestrator.after-publish#3'],
    ['orchestrator', 'orchestrator.reply-before-commit#2'],
    ['orchestrator', 'orchestrator.commit-before-ack#4'],
    ['api-gateway', 'gateway.before-forward'],
    ['api-gateway', 'gateway.after-forward'],
  ])(
    'A17: %s killed at %s: the effect happens once and the saga ends',
    async (app, point) => {
      await system.apps[app].stop();
      await system.restart(app, { FAULT_POINT: point });
      const key = crypto.randomUUID();
      const userId = `crash-${key}`;
      const ended = system.apps[app].ended;
      const asking = untilEnded(ended, async () => {
        await checkout(system.gatewayUrl, [mouse(1)], { userId, key }).catch(() => undefined);
      });
      expect(await ended).toBe('SIGKILL');
      await system.restart(app);
      await asking;
      const answer = await waitFor(
        'the outcome under the same key',
        async () => {
          const again = await checkout(system.gatewayUrl, [mouse(1)], { userId, key });
          return again.status === 200 && again;
        },
        { timeoutMs: 60_000 },
      );
      const { order, payments } = await orderRows(system, answer.body.orderId);
      expect(order?.status).toBe('CONFIRMED');
      expect(payments).toEqual([{ status: 'SUCCESS', amount: '29.99' }]);
      const orders = await system.rows('orders', 'SELECT id FROM orders WHERE user_id = $1', [
        userId,
      ]);
      expect(orders).toHaveLength(1);
      await system.settled();
    },
    300_000,
  );

  it('A13: 500 checkouts at once over 10 products break no invariant', async () => {
    const catalogue = (await (await fetch(`${system.gatewayUrl}/api/products`)).json()) as
      | { products: { id: string; price: string }[] }
      | { id: string; price: string }[];
    const products = Array.isArray(catalogue) ? catalogue : catalogue.products;
    expect(products).toHaveLength(10);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) => {
        const { id, price } = products[index % products.length]!;
        return checkout(system.gatewayUrl, [{ productId: id, quantity: 1, price }]);
      }),
    );
    for (const { status } of answers) expect([200, 202, 409]).toContain(status);
    await system.settled();
  }, 300_000);
});
