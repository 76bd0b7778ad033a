import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { Repeated } from './repeated.js';

export interface BurstRequest {
  headers: Record<string, string>;
  body: string;
}

export interface BurstAnswer {
  /** Which request, counted from 0. */
  n: number;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: { code?: string; sagaId?: string; orderId?: string; detail?: string };
  ms: number;
}

export interface Burst {
  answers: BurstAnswer[];
  /** Requests without an answer, and why. */
  lost: string[];
  /** Due while every socket was busy: they were not sent, so not refused either. */
  unsent: number;
  tookMs: number;
}

const TICK_MS = 5;

/**
 * Posts checkouts at a rate that does not depend on the answers, as a crowd does, over at most so
 * many connections.
 */
export async function burst(options: {
  url: string;
  perSecond: number;
  seconds: number;
  sockets: number;
  requestOf: (n: number) => BurstRequest;
}): Promise<Burst> {
  const { url, perSecond, seconds, sockets, requestOf } = options;
  // On a busy machine a crowd takes its time to come in.
  const pool = new Pool(url, { connections: sockets, connect: { timeout: 60_000 } });
  const result: Burst = { answers: [], lost: [], unsent: 0, tookMs: 0 };
  const asked = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  const total = perSecond * seconds;
  for (let n = 0; n < total; ) {
    const due = Math.min(total, ((performance.now() - startedAtMs) / 1_000) * perSecond);
    for (; n < due; n += 1) {
      if (asked.size >= sockets) {
        result.unsent += 1;
        continue;
      }
      const one: Promise<void> = post(pool, n, requestOf(n))
        .then((answer) => void result.answers.push(answer))
        .catch((error: unknown) => void result.lost.push(String(error)))
        .finally(() => asked.delete(one));
      asked.add(one);
    }
    await pause(TICK_MS);
  }
  await Promise.all(asked);
  result.tookMs = performance.now() - startedAtMs;
  await pool.close();
  return result;
}

/** How many checkouts a second are served to so many shoppers who each wait for their answer. */
export async function sustained(options: {
  url: string;
  shoppers: number;
  seconds: number;
  requestOf: (n: number) => BurstRequest;
}): Promise<{ perSecond: number; answers: BurstAnswer[] }> {
  const { url, shoppers, seconds, requestOf } = options;
  const pool = new Pool(url, { connections: shoppers });
  const startedAtMs = performance.now();
  let n = 0;
  const shopping = new Repeated(() => post(pool, n, requestOf(n++)), { atOnce: shoppers });
  await pause(seconds * 1_000);
  const answers = await shopping.stop();
  const tookSeconds = (performance.now() - startedAtMs) / 1_000;
  await pool.close();
  return { perSecond: answers.length / tookSeconds, answers };
}

async function post(pool: Pool, n: number, { headers, body }: BurstRequest): Promise<BurstAnswer> {
  const askedAtMs = performance.now();
  const response = await pool.request({
    method: 'POST',
    path: '/api/checkout',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const answer = (await response.body.json()) as BurstAnswer['body'];
  const { statusCode: status, headers: answered } = response;
  return { n, status, headers: answered, body: answer, ms: performance.now() - askedAtMs };
}
