import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  timeoutMs?: number;
  everyMs?: number;
  /** Ends the waiting early. */
  signal?: AbortSignal;
}

/** A limit for what hangs: on a busy machine a process alone takes many seconds to start. */
const TIMEOUT_MS = 30_000;

/**
 * Polls until the probe answers something else than undefined or false, and resolves to that. A
 * probe that throws is asked again. The error says what was awaited and the probe's last answer.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = TIMEOUT_MS, everyMs = 20, signal }: WaitOptions = {},
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    let last: string;
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      last = `the last answer was ${String(answer)}`;
    } catch (error) {
      last = `the probe failed last with: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() >= deadlineMs) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}; ${last}`);
    }
    await pause(everyMs, undefined, { signal });
  }
}
