import { setTimeout as pause } from 'node:timers/promises';
import { newUuid } from '@backstitch/shared-types';
import type { Site } from '../site/site.js';
import { PLAIN } from '../site/catalogue.js';
import type { Fault } from './fault.js';

const ORDERS = 30;
const LOOK_EVERY_MS = 200;
const ENDS_WITHIN_MS = 60_000;
/** Half a second before the end of the time to pay, to half a second after it. */
const SHIFT_MS = 500;
const SHORT = { CUSTOMER_PAYS_MS: '4000', RESERVATION_GRACE_MS: '60000' };
const TOKEN = 'tok_visa_4242_0123456789abcdef';

/** The times of people are configured, so the orchestrators restart. */
async function restartAll(site: Site, env: Record<string, string>): Promise<void> {
  for (const instance of site.of('orchestrator')) {
    await instance.stop();
    instance.start(env);
    await instance.untilReady();
  }
}

async function ask(site: Site, path: string, body: object, key?: string): Promise<number> {
  const { url } = site.random.pick(site.of('orchestrator'));
  const response = await fetch(`${url}/orders${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
    signal: site.stopping,
  });
  await response.arrayBuffer();
  return response.status;
}

/** A marketplace order whose customer pays when the time is over; how it ended, if it was accepted. */
async function payAtTheEnd(site: Site): Promise<string | undefined> {
  const orderId = newUuid();
  const [{ id: productId, price }] = PLAIN as [(typeof PLAIN)[number]];
  const items = [{ productId, quantity: 1, price }];
  const placed = { orderId, userId: `buyer-${orderId}`, sellerId: 'u:drill:seller', items };
  if ((await ask(site, '', placed)) !== 201) return undefined;
  if ((await ask(site, `/${orderId}/confirm`, {})) !== 200) return undefined;
  const due = `SELECT extract(epoch FROM due_at - clock_timestamp())::float8 * 1000 AS ms
    FROM saga_state WHERE order_id = $1`;
  const [row] = await site.rows<{ ms: number | null }>('orchestrator', due, [orderId]);
  const shiftMs = site.random.int(2 * SHIFT_MS) - SHIFT_MS;
  await pause(Math.max(0, (row?.ms ?? 0) + shiftMs), undefined, { signal: site.stopping });
  await ask(site, `/${orderId}/pay`, { method: { token: TOKEN } }, 'the-last-second');
  return endOf(site, orderId);
}

/** A paid order is handed over, so that its saga ends, too. */
async function endOf(site: Site, orderId: string): Promise<string> {
  const untilMs = performance.now() + ENDS_WITHIN_MS;
  const sql = 'SELECT stage FROM orders WHERE id = $1';
  for (;;) {
    const [order] = await site.rows<{ stage: string }>('orders', sql, [orderId]);
    const stage = order?.stage ?? 'missing';
    if (stage === 'CANCELLED' || stage === 'FULFILLED') return stage;
    if (stage === 'PAID') await ask(site, `/${orderId}/fulfil`, {});
    if (performance.now() > untilMs) throw new Error(`the order ${orderId} stays ${stage}`);
    await pause(LOOK_EVERY_MS, undefined, { signal: site.stopping });
  }
}

export const MARKET_FAULTS: readonly Fault[] = [
  {
    name: 'pay-at-the-timer',
    title: 'customers pay in the second in which the time to pay is over',
    seconds: 25,
    async inject(site) {
      let ends: (string | undefined)[] = [];
      try {
        await restartAll(site, SHORT);
        ends = await Promise.all(Array.from({ length: ORDERS }, () => payAtTheEnd(site)));
      } finally {
        await restartAll(site, {});
      }
      const count = (stage: string) => ends.filter((end) => end === stage).length;
      const [paid, cancelled] = [count('FULFILLED'), count('CANCELLED')];
      return {
        what: `${paid} orders were paid in time, and ${cancelled} were not`,
        inFlight: paid + cancelled,
      };
    },
  },
];
