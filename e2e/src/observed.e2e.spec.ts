import { waitFor } from '@backstitch/testkit';
import { APP_NAMES, type AppName } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

/** The lines of all apps that name a saga. */
const linesAbout = (system: System, sagaId: string) =>
  system.processes.flatMap(({ lines }) => lines.filter((line) => line.includes(sagaId)));
const bytesOf = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
const COMMANDS_DONE = 5;

/** A happy checkout, and what all apps had to say of it. */
async function toldOfOne(system: System): Promise<string[]> {
  const { status, body } = await checkout(system.gatewayUrl, [mouse(1)]);
  expect(status).toBe(200);
  const last = 'checkout ended';
  await waitFor('the last lines', () => {
    const lines = linesAbout(system, body.sagaId);
    return [last, '"url":"/api/checkout"'].every((text) =>
      lines.some((line) => line.includes(text)),
    );
  });
  return linesAbout(system, body.sagaId);
}

describe('an operator', () => {
  let system: System;
  withSystem({}, (started) => (system = started));

  // The first one, for it counts checkouts.
  it('sees every pool, every kind of command and the calls of the bank in the metrics of the apps', async () => {
    for (let i = 0; i < 3; i += 1) await toldOfOne(system);
    const has = async (app: AppName, ...series: string[]) => {
      const text = await system.metrics(app);
      for (const each of series) expect(text).toMatch(new RegExp(`^backstitch_${each}`, 'm'));
    };
    const handled = (queue: string, pattern: string) =>
      `messaging_process_duration_seconds_count\\{queue="${queue}_commands",pattern="${pattern}",outcome="done",app="[a-z-]+"\\} 3$`;
    await has(
      'order-service',
      handled('order', 'order.create'),
      handled('order', 'order.confirm'),
      'db_connections_max\\{pool="order-service"',
      'batch_size_count\\{coalescer="order_writes"',
    );
    await has(
      'inventory-service',
      handled('inventory', 'inventory.reserve'),
      handled('inventory', 'inventory.commit'),
      'db_connections_max\\{pool="inventory-service"',
      'db_connections_max\\{pool="stock"',
      'batch_size_count\\{coalescer="stock"',
    );
    await has(
      'payment-service',
      handled('payment', 'payment.process'),
      'bank_call_duration_seconds_count\\{operation="charge",outcome="approved",app="payment-service"\\} 3$',
      'db_connections_max\\{pool="simulated bank"',
    );
    const done = 'definition="checkout",outcome="done"';
    await has(
      'orchestrator',
      `saga_duration_seconds_count\\{${done},app="orchestrator"\\} 3$`,
      'saga_step_duration_seconds_count\\{definition="checkout",step="PAYMENT_PROCESSED",direction="do",outcome="done",app="orchestrator"\\} 3$',
      'dead_letters\\{queue="payment_commands",app="orchestrator"\\} 0$',
      'queue_consumers\\{queue="payment_commands",app="orchestrator"\\} 1$',
    );
    await has('api-gateway', 'http_server_request_duration_seconds_count', 'build_info');
  }, 300_000);

  it('follows a checkout over all apps at info, and keeps less than half of its bytes at notice', async () => {
    const atInfo = await waitFor('a checkout with all its lines', async () => {
      const lines = await toldOfOne(system);
      const commands = lines.filter((line) => line.includes('"command":')).length;
      return commands === COMMANDS_DONE && lines;
    });
    for (const line of atInfo) {
      expect(JSON.parse(line)).toMatchObject({
        app: expect.any(String),
        instance: expect.stringMatching(/^[0-9a-f-]{36}$/),
        version: expect.stringMatching(/^\d/),
      });
    }
    await Promise.all(APP_NAMES.map((app) => system.apps[app].stop()));
    for (const app of APP_NAMES) system.apps[app].start({ LOG_LEVEL: 'notice' });
    await system.ready();
    const atNotice = await toldOfOne(system);
    const measured = { info: bytesOf(atInfo), notice: bytesOf(atNotice) };
    process.stdout.write(`bytes of a happy checkout: ${JSON.stringify(measured)}\n`);
    expect(measured.notice).toBeLessThan(measured.info / 2);
  }, 300_000);
});
