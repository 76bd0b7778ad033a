import { OutOfTime } from './lost-request.js';

/** The time of a request, all its tries included. It ends what is going on when it passes. */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private passed: OutOfTime | undefined;
  private end: ((reason: OutOfTime) => void) | undefined;

  constructor(timeoutMs: number) {
    this.timer = setTimeout(() => {
      this.passed = new OutOfTime(timeoutMs);
      this.end?.(this.passed);
    }, timeoutMs);
  }

  /** What it ends from now on; it ends it at once when it has passed already. */
  ends(end: ((reason: OutOfTime) => void) | undefined): void {
    this.end = end;
    if (this.passed) end?.(this.passed);
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}
