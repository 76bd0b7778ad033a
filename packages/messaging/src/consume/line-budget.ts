const LINES_MAX = 10;
const PER_MS = 1_000;

/**
 * For lines that anybody can bring about by the thousand: ten a second are written, and the next one
 * says how many were not. What must be exact is counted, not read from the log.
 */
export class LineBudget {
  private beganAtMs = -Infinity;
  private written = 0;
  private notLogged = 0;

  /** Calls `write` unless the second's lines are used up, with what to add to the line's fields. */
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
