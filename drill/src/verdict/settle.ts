import { setTimeout as pause } from 'node:timers/promises';
import type { Site } from '../site/site.js';

const SETTLED_WITHIN_MS = 240_000;
const LOOK_EVERY_MS = 250;
const SAY_EVERY_MS = 5_000;
const UNSETTLED = `SELECT count(*)::int AS count FROM payments
  WHERE status = 'PENDING' OR (status = 'SUCCESS' AND refund_requested)`;

/**
 * Waits until every saga has ended and every payment has its outcome; false when the time is over
 * and some have not.
 */
export async function settled(site: Site, withinMs = SETTLED_WITHIN_MS): Promise<boolean> {
  const untilMs = performance.now() + withinMs;
  let sayAtMs = performance.now() + SAY_EVERY_MS;
  for (;;) {
    const sagas = await site.sagasUnderWay();
    const [payments] = await site.rows<{ count: number }>('payments', UNSETTLED);
    if (sagas === 0 && payments?.count === 0) return true;
    const nowMs = performance.now();
    if (nowMs > untilMs || site.stopping.aborted) return false;
    if (nowMs > sayAtMs) {
      site.say(`settling: ${sagas} sagas and ${payments?.count} payments are still under way`);
      sayAtMs = nowMs + SAY_EVERY_MS;
    }
    await pause(LOOK_EVERY_MS);
  }
}
