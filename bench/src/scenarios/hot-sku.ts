import type { SystemDatabases } from '@backstitch/tools';
import { heat, measureInTurn, secondsInTurn } from '../in-turn.js';
import { benchProductId, checkoutBody } from '../load/basket.js';
import { drive } from '../load/drive.js';
import { hotSkuReport, type HotSku } from '../report/hot-sku-report.js';
import { type LastUnits, wrongWithLastUnits } from '../report/last-units.js';
import { ratios } from '../report/ratios.js';
import { type Backstitch, startBackstitch } from '../systems/backstitch.js';
import { startSystem } from '../systems/start-system.js';
import { type Scenario, type Stage, START_SECONDS } from './scenario.js';
import { untilSettled } from '../systems/until-settled.js';

const IN_FLIGHT = 64;
const HOT = { products: 1, lines: 1 };
const HOT_ID = benchProductId(1);
/** So many units are left when the last buyers come, who want one each. */
const UNITS = 500;
const BUYERS = 800;
const SELLING_SECONDS_MAX = 300;
const SETTLED_WITHIN_MS = 120_000;

/** One product that all buyers want against the whole catalogue, and its last units. */
export const hotSku: Scenario = {
  seconds: (options) => START_SECONDS + secondsInTurn(options, 1, 2) + 15,
  // Each buyer is another user: a user who buys the same again is told of the first order.
  run: async ({ tokens: _none, ...stage }) => {
    const { products } = stage.options;
    const system = await startSystem('backstitch', { ...stage, products }, startBackstitch);
    const many = `${products} products`;
    const subjects = [
      { name: 'one product', system, basket: HOT },
      { name: many, system, basket: { products, lines: 1 } },
    ] as const;
    await heat(stage, subjects[0], IN_FLIGHT);
    const measurements = await measureInTurn(stage, subjects, [IN_FLIGHT]);
    const lastUnits = await sellLastUnits(stage, system);
    const data: HotSku = {
      measurements,
      ratios: ratios(measurements, 'one product', many),
      lastUnits,
    };
    return { data, text: hotSkuReport(data), wrong: wrongWithLastUnits(lastUnits) };
  },
};

async function sellLastUnits({ say, stop }: Stage, system: Backstitch): Promise<LastUnits> {
  const { databases, checkoutUrl: url } = system;
  const signal = stop.signal;
  await untilSettled(databases, SETTLED_WITHIN_MS, signal);
  await databases.rows(
    'inventory',
    `UPDATE products SET stock_quantity = ${UNITS} WHERE id = '${HOT_ID}'`,
  );
  const before = await ledgerTotals(databases);
  let buyers = 0;
  say(`${BUYERS} buyers want the last ${UNITS} units of one product`);
  const outcome = await drive({
    url,
    inFlight: IN_FLIGHT,
    seconds: SELLING_SECONDS_MAX,
    requests: BUYERS,
    next: () => ({ body: checkoutBody(HOT, Math.random, `buyer-${(buyers += 1)}`) }),
    signal,
  });
  signal.throwIfAborted();
  await untilSettled(databases, SETTLED_WITHIN_MS, signal);
  const after = await ledgerTotals(databases);
  return {
    buyers: BUYERS,
    units: UNITS,
    stockLeft: after.stock,
    sold: after.sold - before.sold,
    confirmed: after.confirmed - before.confirmed,
    answered: { 200: outcome.latenciesMs.length, ...outcome.failed },
  };
}

async function ledgerTotals(databases: SystemDatabases) {
  const [stock] = await databases.rows(
    'inventory',
    `SELECT stock_quantity AS stock,
      (SELECT coalesce(sum(quantity), 0) FROM reservation_items JOIN reservations USING (order_id)
        WHERE product_id = '${HOT_ID}' AND status = 'CONSUMED') AS sold
    FROM products WHERE id = '${HOT_ID}'`,
  );
  const [orders] = await databases.rows(
    'orders',
    `SELECT coalesce(sum(quantity), 0) AS confirmed
    FROM order_items JOIN orders ON orders.id = order_id
    WHERE product_id = '${HOT_ID}' AND status = 'CONFIRMED'`,
  );
  return {
    stock: Number(stock?.stock),
    sold: Number(stock?.sold),
    confirmed: Number(orders?.confirmed),
  };
}
