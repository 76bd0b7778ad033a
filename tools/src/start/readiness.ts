import { setTimeout as delay } from 'node:timers/promises';

type Readiness = { ready: true } | { ready: false; why: string };

const ASK_EVERY_MS = 200;
const ANSWER_WITHIN_MS = 3_000;

/** Asks an app whether it is ready to work; one that does not answer is not. */
async function askReadiness(baseUrl: string): Promise<Readiness> {
  try {
    const response = await fetch(`${baseUrl}/health/ready`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const body = await response.text();
    return response.ok ? { ready: true } : { ready: false, why: body.slice(0, 500) };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { ready: false, why: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Resolves when the app is ready; throws with what it said last when it is not in time. */
export async function untilReady(baseUrl: string, timeoutMs: number, signal?: AbortSignal) {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answer = await askReadiness(baseUrl);
    if (answer.ready) return;
    signal?.throwIfAborted();
    if (performance.now() > until) {
      throw new Error(`not ready within ${timeoutMs / 1000} s: ${answer.why}`);
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}
