import { DeadlinePassed } from './lost-request.js';

/**
 * The deadline of a request, including all its attempts. It ends the current work when it passes.
 */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private passed: DeadlinePassed | undefined;
  private end: ((reason: DeadlinePassed) => void) | undefined;

  constructor(timeoutMs: number) {
    this.timer = setTimeout(() => {
      this.passed = new DeadlinePassed(timeoutMs);
      this.end?.(this.passed);
    }, timeoutMs);
  }

  /** Sets the work that the deadline ends; ends it at once if the deadline has passed. */
  ends(end: ((reason: DeadlinePassed) => void) | undefined): void {
    this.end = end;
    if (this.passed) end?.(this.passed);
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}
