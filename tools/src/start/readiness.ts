import { setTimeout as delay } from 'node:timers/promises';

type Readiness = { ready: true } | { ready: false; why: string };

const ASK_EVERY_MS = 200;
const ANSWER_WITHIN_MS = 3_000;

/** Asks for the health of an app; one that does not answer is not ready. */
async function askReadiness(url: string): Promise<Readiness> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const body = await response.text();
    return response.ok ? { ready: true } : { ready: false, why: body.slice(0, 500) };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { ready: false, why: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Resolves when every address says that all is well; throws with what was said last when not in time. */
export async function untilReady(
  urls: readonly string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answers = await Promise.all(urls.map((url) => askReadiness(url)));
    const notReady = answers.flatMap((answer) => (answer.ready ? [] : [answer.why]));
    if (notReady.length === 0) return;
    signal?.throwIfAborted();
    if (performance.now() > until) {
      throw new Error(`not ready within ${timeoutMs / 1000} s: ${notReady.join('; ')}`);
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}
