import type { Publisher } from '@backstitch/messaging';

/** What could not be sent waits out its backoff, but no longer than the broker takes nothing. */
export class ResendWhenBack {
  private isWaiting = false;
  private readonly publisher: Pick<Publisher, 'refusal' | 'accepting'>;
  private readonly resend: () => void;

  constructor(publisher: Pick<Publisher, 'refusal' | 'accepting'>, resend: () => void) {
    this.publisher = publisher;
    this.resend = resend;
  }

  /** After a failed send: when the broker takes nothing now, away or in an alarm, waits for it. */
  consider(): void {
    if (this.isWaiting || this.publisher.refusal() === undefined) return;
    this.isWaiting = true;
    void this.publisher.accepting().then(() => {
      this.isWaiting = false;
      this.resend();
    });
  }
}
