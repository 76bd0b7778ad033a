import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { type Answer, checkout, get, mouse, MOUSE, newUser } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const CLOSED = 0;
const OPEN = 2;

/** What is under way waits for a restart of its participant, however long that takes on a busy machine. */
const PATIENT = { STEP_ATTEMPTS: '50', STEP_DEADLINE_MS: '90000' };
/** A payment is asked for again while its bank is at work. */
const ASKS_AGAIN = { PAYMENT_REPLY_TIMEOUT_MS: '500' };

describe('a participant that is away', () => {
  let system: System;
  const env = { CHECKOUT_DEDUPE_SECONDS: '0' };
  const appEnv = { orchestrator: PATIENT };
  withSystem({ env, appEnv, reconciledAfterMs: 60_000 }, (started) => {
    system = started;
    return system.stock(100_000, MOUSE);
  });

  const buy = (key?: string, userId?: string): Promise<Answer> =>
    checkout(system.gatewayUrl, [mouse(1)], { ...(key && { key }), ...(userId && { userId }) });

  /** A refusal is shown with its reason. */
  async function expectBought(): Promise<void> {
    const { status, body } = await buy();
    expect({ status, code: body.code, detail: body.detail }).toEqual({ status: 200 });
  }

  const sagas = async (): Promise<number> => {
    const sql = 'SELECT count(*)::int AS n FROM saga_state';
    return (await system.rows<{ n: number }>('orchestrator', sql))[0]!.n;
  };

  async function breaker(queue: string): Promise<number> {
    const text = await system.metrics('orchestrator');
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`participant_breaker{queue="${queue}"`));
    return Number(line?.split(' ').at(-1));
  }

  const until = (queue: string, state: number): Promise<boolean> =>
    waitFor(
      `the breaker of ${queue} to be ${state}`,
      async () => (await breaker(queue)) === state,
      {
        timeoutMs: 60_000,
      },
    );

  const breakerLines = (): string[] =>
    system.apps.orchestrator.lines.flatMap(
      (line) => /"msg":"(breaker [a-z-]+)/.exec(line)?.[1] ?? [],
    );

  async function expectRefused(because: RegExp): Promise<void> {
    const before = await sagas();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => buy(n % 2 ? `no-${n}` : undefined)),
    );
    for (const { status, headers, body } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'NOT_ACCEPTED' });
      expect(body.detail).toMatch(because);
      expect(headers.get('retry-after')).toMatch(/^[123]$/);
    }
    expect(await sagas()).toBe(before);
  }

  it('has new checkouts refused and named, and nothing begun that would be undone', async () => {
    const userId = newUser();
    const placed = await buy('placed', userId);
    expect(placed.status).toBe(200);
    await system.apps['payment-service'].stop();
    await until('payment_commands', OPEN);
    await expectRefused(/^Payments are not answering at the moment\. Nothing was recorded/);

    const replay = await buy('placed', userId);
    expect(replay.status).toBe(200);
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    const { orderId, sagaId } = placed.body;
    expect((await get(system.gatewayUrl, `/api/checkout/orders/${orderId}`)).status).toBe(200);
    expect((await get(system.gatewayUrl, `/api/sagas/${sagaId}`)).status).toBe(200);
    expect((await system.apps.orchestrator.readiness()).status).toBe(200);

    await system.restart('payment-service');
    const served = await waitFor('the breaker to let a checkout try', async () => {
      const answer = await buy();
      return answer.body.code === 'NOT_ACCEPTED' ? undefined : answer;
    });
    expect(served.status).toBe(200);
    await waitFor('the lines of the log', async () => breakerLines().length >= 3);
    expect(breakerLines()).toEqual(['breaker open', 'breaker half-open', 'breaker closed']);
    const undone = `SELECT saga_id FROM saga_state WHERE status IN ('COMPENSATING', 'COMPENSATED')`;
    expect(await system.rows('orchestrator', undone)).toEqual([]);
    await system.settled();
  }, 300_000);

  it('is waited for by the checkouts that were under way, and their replies close the breaker', async () => {
    await system.apps['inventory-service'].kill();
    const accepted = await checkout(system.gatewayUrl, [mouse(1)], {
      headers: { prefer: 'respond-async' },
    });
    expect(accepted.status).toBe(202);
    await until('inventory_commands', OPEN);
    await expectRefused(/^The stock is not answering at the moment/);
    await system.restart('inventory-service');
    await until('inventory_commands', CLOSED);
    await system.settled();
    const saga = await get(system.gatewayUrl, `/api/sagas/${accepted.body.sagaId}`);
    expect(saga.body['status']).toBe('DONE');
    await system.settled();
  }, 300_000);

  it('is noticed when it hangs with its connections open, and again when it goes on', async () => {
    await system.apps.orchestrator.stop();
    await system.restart('orchestrator', { ...ASKS_AGAIN, BREAKER_SILENT_MS: '1500' });
    await expectBought();
    const hanging = system.apps['payment-service'];
    void hanging.kill('SIGSTOP');
    try {
      const begun = await Promise.all(
        Array.from({ length: 6 }, () =>
          checkout(system.gatewayUrl, [mouse(1)], { headers: { prefer: 'respond-async' } }),
        ),
      );
      expect(begun.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 202));
      await until('payment_commands', OPEN);
      await expectRefused(/^Payments are not answering/);
    } finally {
      void hanging.kill('SIGCONT');
    }
    await until('payment_commands', CLOSED);
    await expectBought();
    await system.settled();
  }, 300_000);

  it('is not one whose bank is slow', async () => {
    await system.apps.orchestrator.stop();
    await system.apps['payment-service'].stop();
    await system.restart('payment-service', { PAYMENT_LATENCY_MS: '1500' });
    await system.restart('orchestrator', ASKS_AGAIN);
    const linesBefore = breakerLines().length;
    const shopper = async (): Promise<number[]> => {
      const statuses: number[] = [];
      for (let n = 0; n < 4; n += 1) statuses.push((await buy()).status);
      return statuses;
    };
    const statuses = (await Promise.all(Array.from({ length: 8 }, shopper))).flat();
    expect(new Set(statuses)).toEqual(new Set([200]));
    const retried = system.apps.orchestrator.lines.filter((line) =>
      line.includes('command sent again'),
    );
    expect(retried.length).toBeGreaterThan(8);
    expect(breakerLines().slice(linesBefore)).toEqual([]);
    await system.settled();
  }, 300_000);
});
