import type { Site } from '../site/site.js';
import type { Fault } from './fault.js';
import { hurtFor } from './work.js';

const TROUBLE_MS = 8_000;
const LOOK_EVERY_MS = 250;
/** Payments begun in the trouble that wait for the bank much longer than it usually takes (40 ms). */
const STUCK = `SELECT order_id AS id FROM payments
  WHERE transaction_date > $1 AND status = 'PENDING' AND transaction_date < now() - interval '300 ms'`;
const DECLINED = `SELECT order_id AS id FROM payments
  WHERE transaction_date > $1 AND status = 'FAILED'`;

/** The simulated bank is configured by the service's environment, so the services restart. */
async function restartAll(site: Site, env: Record<string, string>): Promise<void> {
  for (const instance of site.of('payment-service')) {
    await instance.stop();
    instance.start(env);
    await instance.untilReady();
  }
}

/** The affected payments, read repeatedly during the fault. */
async function paymentsHit(site: Site, hit: string): Promise<number> {
  const [{ now } = { now: '' }] = await site.rows<{ now: string }>(
    'payments',
    'SELECT now()::text AS now',
  );
  const ids = new Set<string>();
  const untilMs = performance.now() + TROUBLE_MS;
  while (performance.now() < untilMs && !site.stopping.aborted) {
    await hurtFor(site, LOOK_EVERY_MS);
    for (const { id } of await site.rows<{ id: string }>('payments', hit, [now])) ids.add(id);
  }
  return ids.size;
}

function bank(name: string, title: string, env: Record<string, string>, hit = STUCK): Fault {
  return {
    name,
    title: `${title}, for ${TROUBLE_MS / 1_000} s`,
    seconds: 20,
    async inject(site) {
      let inFlight = 0;
      try {
        await restartAll(site, env);
        inFlight = await paymentsHit(site, hit);
      } finally {
        await restartAll(site, {});
      }
      const how = hit === STUCK ? 'kept waiting' : 'declined';
      return { what: `${inFlight} payments begun meanwhile were ${how}`, inFlight };
    },
  };
}

export const BANK_FAULTS: readonly Fault[] = [
  bank('bank-slow', 'the bank takes 6 s, longer than any client waits', {
    PAYMENT_LATENCY_MS: '6000',
  }),
  bank('bank-times-out-after-charging', 'half of the answers of the bank are lost', {
    BANK_LOST_ANSWER_RATE: '0.5',
    BANK_ANSWER_TIMEOUT_MS: '1000',
  }),
  bank('bank-refuses', 'the bank declines everything', { PAYMENT_FAILURE_RATE: '1' }, DECLINED),
  bank('bank-errs', 'half of the calls to the bank fail', { BANK_ERROR_RATE: '0.5' }),
];
