import { type AppProcess, waitFor } from '@backstitch/testkit';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UNHURRIED } from '../../testing/dead-letters.js';
import { metricsOf } from '../../testing/metrics.js';
import { ask, Orchestrators, post } from '../../testing/orchestrators.js';

let shop: Orchestrators;
let one: AppProcess;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start(UNHURRIED));
});
afterAll(() => shop.close());

const undone = async (queues: readonly ('order' | 'inventory' | 'payment')[]) => {
  for (const queue of queues) await shop.serve(queue, { response: {} });
};

describe('the metrics of an orchestrator', () => {
  it('agree with its database: how sagas ended, what their steps took, and what is under way', async () => {
    for (const user of ['a', 'b']) {
      const answer = post(one, user);
      await shop.serveAll();
      expect((await answer).status).toBe(200);
    }
    const declined = post(one, 'c');
    await undone(['order', 'inventory']);
    await shop.serve('payment', { no: 'PAYMENT_DECLINED' });
    await undone(['inventory', 'order']);
    expect((await declined).status).toBe(402);
    const sagaId = newUuid();
    await post(one, 'd', { 'x-saga-id': sagaId, prefer: 'respond-async' });
    await undone(['order']);
    await waitFor('the reserve', async () => {
      const [row] = await shop.query('SELECT current_step FROM saga_state WHERE saga_id = $1', [
        sagaId,
      ]);
      return row?.current_step === 'INVENTORY_RESERVED';
    });
    const body = { reason: 'the shopper called', operator: 'olga' };
    await ask(one, 'POST', `/sagas/${sagaId}/compensate`, { body });
    await shop.serveUntil('the end', async () => {
      const [row] = await shop.query('SELECT status FROM saga_state WHERE saga_id = $1', [sagaId]);
      return row?.status === 'COMPENSATED';
    });

    const series = await metricsOf(one);
    const ended = (outcome: string) =>
      series.get(
        `backstitch_saga_duration_seconds_count{definition="checkout",outcome="${outcome}"}`,
      );
    expect([ended('done'), ended('declined'), ended('operator')]).toEqual([2, 1, 1]);
    const step = (name: string, direction: string, outcome: string) =>
      series.get(
        `backstitch_saga_step_duration_seconds_count{definition="checkout",step="${name}",direction="${direction}",outcome="${outcome}"}`,
      );
    expect(step('PAYMENT_PROCESSED', 'do', 'done')).toBe(2);
    expect(step('PAYMENT_PROCESSED', 'do', 'rejected')).toBe(1);
    expect(step('ORDER_CREATED', 'do', 'done')).toBe(4);
    expect(step('INVENTORY_RESERVED', 'undo', 'done')).toBeGreaterThanOrEqual(1);
    for (const queue of ['order_commands', 'inventory_commands', 'payment_commands']) {
      const age = `backstitch_commands_oldest_unanswered_age_seconds{queue="${queue}"}`;
      expect(series.get(age)).toBeLessThan(60);
    }
  });

  it('name every pool, every kind of batch, the age of the heartbeat, the build, and the load of the loop', async () => {
    const series = await metricsOf(one);
    for (const pool of ['orchestrator', 'saga-store', 'saga-heartbeat']) {
      expect(series.get(`backstitch_db_connections_max{pool="${pool}"}`)).toBeGreaterThan(0);
      expect(series.get(`backstitch_db_connections_lost_total{pool="${pool}"}`)).toBe(0);
    }
    for (const coalescer of ['checkout_claims', 'saga_saves', 'saga_loads']) {
      expect(series.get(`backstitch_batch_waiting{coalescer="${coalescer}"}`)).toBe(0);
    }
    expect(series.get('backstitch_batch_size_count{coalescer="saga_saves"}')).toBeGreaterThan(0);
    const confirms = 'backstitch_publish_confirm_duration_seconds_count{outcome="accepted"}';
    expect(series.get(confirms)).toBeGreaterThan(0);
    expect(series.get('backstitch_unconfirmed_messages')).toBe(0);
    expect(series.get('backstitch_saga_heartbeat_age_seconds')).toBeLessThan(60);
    expect(series.get('backstitch_event_loop_utilization_ratio')).toBeLessThanOrEqual(1);
    const build = [...series.keys()].find((name) => name.startsWith('backstitch_build_info'));
    expect(build).toMatch(/version="\d+\.\d+\.\d+".*node="v\d+/);
  });

  it('time the requests of callers, and no probe or scrape', async () => {
    const series = await metricsOf(one);
    const counted = [...series.keys()].filter((name) =>
      name.startsWith('backstitch_http_server_request_duration_seconds_count'),
    );
    expect(counted.some((name) => name.includes('route="/checkout",status="200"'))).toBe(true);
    expect(counted.filter((name) => /health|metrics/.test(name))).toEqual([]);
    const bucket = (le: string) =>
      `backstitch_http_server_request_duration_seconds_bucket{method="POST",route="/checkout",status="200",le="${le}"}`;
    for (const le of ['0.15', '0.2', '0.3', '0.4', '1.5', '15', '30']) {
      expect(series.has(bucket(le))).toBe(true);
    }
  });
});
