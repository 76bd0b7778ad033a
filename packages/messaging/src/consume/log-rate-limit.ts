const LINES_MAX = 10;
const PER_MS = 1_000;

/**
 * Limits log lines that any sender can cause: ten a second are written, and the next one has the
 * number of omitted lines. Use counters for exact numbers.
 */
export class LogRateLimit {
  private beganAtMs = -Infinity;
  private written = 0;
  private notLogged = 0;

  /**
   * Calls `write` unless the limit of this second is reached, with additional fields for the line.
   */
  spend(write: (also: { notLogged?: number }) => void): void {
    const nowMs = performance.now();
    if (nowMs - this.beganAtMs >= PER_MS) {
      this.beganAtMs = nowMs;
      this.written = 0;
    }
    if (this.written >= LINES_MAX) {
      this.notLogged += 1;
      return;
    }
    this.written += 1;
    const { notLogged } = this;
    this.notLogged = 0;
    write(notLogged > 0 ? { notLogged } : {});
  }
}
