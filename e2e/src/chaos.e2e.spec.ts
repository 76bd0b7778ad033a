import type { ChaosKnobView, ChaosView } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { checkout, mouse, MOUSE } from './shopper.js';
import type { LoggedApp, System } from './system.js';
import { withSystem } from './with-system.js';

const OPS_TOKEN = 'a-token-of-thirty-two-characters';
const DECLINES = 'bank.declineRate';
const CHECKOUTS = 200;
const AT_ONCE = 20;

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/** As an operator on the machine of the system, without the gateway. */
async function operate(
  orchestrator: LoggedApp,
  method: string,
  path: string,
  body?: object,
): Promise<Answered> {
  const response = await fetch(orchestrator.url + path, {
    method,
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a test', operator: 'olga', ...body }),
    }),
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

async function knob(orchestrator: LoggedApp, id: string): Promise<ChaosKnobView> {
  const { body } = await operate(orchestrator, 'GET', '/chaos');
  const view = body as unknown as ChaosView;
  expect(view.silent).toEqual([]);
  return view.knobs.find((one) => one.id === id)!;
}

/** How many of so many checkouts had each status; one that was not accepted is sent again. */
async function statuses(system: System, count: number): Promise<Record<number, number>> {
  const seen: Record<number, number> = {};
  let left = count;
  const shopper = async (): Promise<void> => {
    while (left-- > 0) {
      const { status, body } = await checkout(system.gatewayUrl, [mouse(1)]);
      if (body.code === 'NOT_ACCEPTED') left += 1;
      else seen[status] = (seen[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, shopper));
  return seen;
}

describe('failures that an operator sets', () => {
  let system: System;
  let orchestrators: LoggedApp[];
  const appEnv = {
    // On a busy machine every shopper gets the bank's answer, not an impatient breaker's.
    orchestrator: {
      CHECKOUT_WAIT_MS: '60000',
      BREAKER_ABSENT_MS: '600000',
      REPLY_TIMEOUT_MS: '500',
    },
    'api-gateway': { ORCHESTRATOR_TIMEOUT_MS: '90000', SLOW_CHECKOUT_MS: '60000' },
  };
  withSystem({ env: { OPS_TOKEN }, appEnv, twoOfEach: true }, async (started) => {
    system = started;
    orchestrators = system.processes.filter(({ app }) => app === 'orchestrator');
    await system.stock(5_000, MOUSE);
  });

  it('are applied by every instance of the service, and counted', async () => {
    const [first, second] = orchestrators as [LoggedApp, LoggedApp];
    const set = { value: 0.5, seconds: 600 };
    const answer = await operate(first, 'PUT', `/chaos/${DECLINES}`, set);
    expect(answer).toMatchObject({ status: 200, body: { knob: { value: 0.5 } } });
    // Any orchestrator shows it, and each pushes it.
    const shown = await knob(second, DECLINES);
    expect(shown.applied.map(({ value }) => value)).toEqual([0.5, 0.5]);
    expect(new Set(shown.applied.map(({ instanceId }) => instanceId)).size).toBe(2);

    // Of 200 fair coins fewer than 60 or more than 140 are heads once in ten million runs.
    const { 200: paid = 0, 402: declined = 0 } = await statuses(system, CHECKOUTS);
    expect(paid + declined).toBe(CHECKOUTS);
    expect(declined).toBeGreaterThanOrEqual(60);
    expect(declined).toBeLessThanOrEqual(140);
    const { observed } = await knob(first, DECLINES);
    expect(observed.samples).toBeGreaterThan(0);
    expect(observed.value).toBeGreaterThan(0);
    expect(observed.value).toBeLessThan(1);
  }, 300_000);

  it('end when an operator ends them, at once and in every instance', async () => {
    const [first] = orchestrators as [LoggedApp];
    const ended = await operate(first, 'DELETE', '/chaos?operator=olga');
    expect(ended).toMatchObject({ status: 200, body: { ended: [DECLINES] } });
    expect(await statuses(system, 50)).toEqual({ 200: 50 });
  }, 300_000);

  it('make a service slow and silent, which the saga shows as retries', async () => {
    const [first] = orchestrators as [LoggedApp];
    const service = 'inventory-service';
    await operate(first, 'PUT', `/chaos/${service}.dropReplyRate`, { value: 1, seconds: 600 });
    await operate(first, 'PUT', `/chaos/${service}.latencyMs`, { value: 50, seconds: 600 });
    const { body } = await checkout(system.gatewayUrl, [mouse(1)], {
      headers: { prefer: 'respond-async' },
    });
    const attempt = await waitFor('a second attempt', async () => {
      const sql = 'SELECT attempt FROM saga_state WHERE saga_id = $1';
      const [row] = await system.rows<{ attempt: number }>('orchestrator', sql, [body.sagaId]);
      return row && row.attempt > 1 ? row.attempt : false;
    });
    expect(attempt).toBeGreaterThan(1);
    const delayed = await knob(first, `${service}.latencyMs`);
    expect(delayed.observed).toMatchObject({ value: 50 });
    await operate(first, 'DELETE', '/chaos?operator=olga');
    await system.settled();
    // A reply that was dropped is given again to the repeated command: nothing is done twice.
    const held = 'SELECT count(*)::int AS count FROM reservations WHERE order_id = $1';
    expect(await system.rows('inventory', held, [body.orderId])).toEqual([{ count: 1 }]);
  }, 300_000);

  it('fail commands on purpose, and the sagas still end', async () => {
    const [first] = orchestrators as [LoggedApp];
    const fault = { value: 0.3, seconds: 600 };
    await operate(first, 'PUT', '/chaos/order-service.faultRate', fault);
    await statuses(system, 20);
    const { observed } = await knob(first, 'order-service.faultRate');
    expect(observed.samples).toBeGreaterThan(0);
    await operate(first, 'DELETE', '/chaos?operator=olga');
    await system.expectReconciled();
  }, 300_000);

  it('end by themselves at their time, in every instance', async () => {
    const [first] = orchestrators as [LoggedApp];
    const set = { value: 1, seconds: 3 };
    expect((await operate(first, 'PUT', `/chaos/${DECLINES}`, set)).status).toBe(200);
    await waitFor('the configured value in both instances', async () => {
      const { value, applied } = await knob(first, DECLINES);
      return value === null && applied.length === 2 && applied.every((one) => one.value === 0);
    });
    expect(await statuses(system, 20)).toEqual({ 200: 20 });
  }, 300_000);

  it('end by themselves when every orchestrator is killed, long before their time', async () => {
    const [first] = orchestrators as [LoggedApp];
    await operate(first, 'PUT', `/chaos/${DECLINES}`, { value: 1, seconds: 3_000 });
    expect(await statuses(system, 3)).toEqual({ 402: 3 });
    await Promise.all(orchestrators.map((one) => one.kill()));
    const client = await system.queueClient();
    const pays = async (): Promise<boolean> => {
      const data = { orderId: crypto.randomUUID(), amount: '29.99' };
      const reply = await client.call('payment_commands', 'payment.process', data);
      return 'response' in reply;
    };
    for (let approved = 0; approved < 10; approved += 1) {
      await waitFor('a payment that is approved', pays, { timeoutMs: 60_000, everyMs: 100 });
    }
    await system.restart('orchestrator');
    await operate(first, 'DELETE', '/chaos?operator=olga');
    expect(await statuses(system, 20)).toEqual({ 200: 20 });
  }, 300_000);
});
