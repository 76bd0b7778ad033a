import type { SagaMetricsView } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, Orchestrators, post } from '../../testing/orchestrators.js';
import { UNHURRIED } from '../../testing/dead-letters.js';

let shop: Orchestrators;
let one: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start(UNHURRIED));
}, 120_000);
afterAll(() => shop.close());

async function metrics(query = ''): Promise<SagaMetricsView> {
  const { status, body } = await ask(one, 'GET', `/saga-metrics${query}`);
  expect(status).toBe(200);
  return body as unknown as SagaMetricsView;
}
const sumOf = (view: SagaMetricsView, name: 'started' | 'done' | 'undone') =>
  view.series.reduce((sum, point) => sum + point[name], 0);

describe('the charts of sagas', () => {
  it('count what SQL counts, of all orchestrators, by code and by step', async () => {
    for (let nth = 0; nth < 3; nth += 1) {
      const ended = post(one, `buyer ${nth}`);
      await shop.serveAll();
      await ended;
    }
    const declined = post(one, 'poor buyer');
    await shop.serve('order', { response: {} });
    await shop.serve('inventory', { no: 'INSUFFICIENT_STOCK' });
    await shop.serve('order', { response: {} });
    await declined;
    const other = await shop.ready(await shop.start(UNHURRIED));
    const elsewhere = post(other, 'another buyer');
    await shop.serveAll();
    await elsewhere;
    expect(await other.stop()).toBe(0); // it has written what it counted

    const view = await waitFor('the counts to be written', async () => {
      const seen = await metrics();
      return sumOf(seen, 'done') + sumOf(seen, 'undone') === 5 && seen;
    });
    const [sql] = await shop.query(
      `SELECT count(*)::int AS started, count(*) FILTER (WHERE status = 'DONE')::int AS done,
        count(*) FILTER (WHERE status = 'COMPENSATED')::int AS undone FROM saga_state`,
    );
    const counted = { started: sumOf(view, 'started'), done: sumOf(view, 'done') };
    expect({ ...counted, undone: sumOf(view, 'undone') }).toEqual(sql);
    const codes = view.series.flatMap(({ byCode }) => Object.entries(byCode));
    expect(codes).toEqual([['INSUFFICIENT_STOCK', 1]]);
    const steps = new Map(view.steps.map((step) => [`${step.step} ${step.direction}`, step]));
    expect(steps.get('ORDER_CREATED do')).toMatchObject({ count: 5 });
    expect(steps.get('PAYMENT_PROCESSED do')).toMatchObject({ count: 4 });
    expect(steps.get('CANCEL_ORDER undo') ?? steps.get('ORDER_CREATED undo')).toMatchObject({
      count: 1,
      p50: expect.any(Number),
    });
  }, 120_000);

  it('have percentiles within 5 percent of those that SQL computes', async () => {
    const [sql] = await shop.query(
      `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) AS p50, max(ms) AS p99
       FROM (SELECT (extract(epoch FROM updated_at - created_at) * 1000)::float8 AS ms
         FROM saga_state WHERE status IN ('DONE', 'COMPENSATED')) AS durations`,
    );
    const { series } = await metrics('?window=1h&step=1h');
    const [point] = series.filter(({ done }) => done > 0);
    // The times are taken beside the commit, so a few ms are allowed besides.
    for (const name of ['p50', 'p99'] as const) {
      const exact = Number(sql![name]);
      expect(Math.abs(point![name]! - exact)).toBeLessThan(exact * 0.05 + 25);
    }
  });

  it('have a point for each step of the window, also where nothing happened', async () => {
    const view = await metrics('?window=24h&step=1h');
    expect(view.series).toHaveLength(24);
    expect(view.stepSeconds).toBe(3_600);
    expect(view.series[0]).toMatchObject({ started: 0, p50: null, byCode: {} });
  });

  it.each([
    ['window=25h', 'window'],
    ['window=0m', 'window'],
    ['window=1h&window=1h', 'window'],
    ['step=7m', 'step'],
    ['step=1s', 'step'],
    ['since=1h', 'since'],
  ])('refuse %s', async (query, field) => {
    const answer = await ask(one, 'GET', `/saga-metrics?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});
