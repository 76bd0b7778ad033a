const FIRST_DELAY_MS = 500;
const DELAY_MAX_MS = 30_000;
/** A process that ran this long died of something new. */
const STABLE_AFTER_MS = 60_000;

/** How long to wait before the next start of something that keeps dying: longer each time. */
export class RestartBackoff {
  private deaths = 0;

  /** Records the end of a process that ran this long; returns the wait before the next start. */
  delayMs(livedMs: number): number {
    if (livedMs >= STABLE_AFTER_MS) this.deaths = 0;
    const delayMs = Math.min(DELAY_MAX_MS, FIRST_DELAY_MS * 2 ** this.deaths);
    this.deaths += 1;
    return delayMs;
  }
}
