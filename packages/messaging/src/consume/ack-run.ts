/** Which acknowledgements to send now: one for all up to a delivery, and some by themselves. */
export interface Acks {
  upTo: number | undefined;
  singles: number[];
}

/**
 * The deliveries of one channel that are not acknowledged yet, by their numbers. Those at the head
 * whose acknowledgement is due go as one; it never reaches past a delivery that is not finished, as
 * the broker would then forget that one, too.
 */
export class AckRun {
  /** In the order of delivery. */
  private readonly unacknowledged = new Set<number>();
  private readonly due = new Set<number>();

  delivered(tag: number): void {
    this.unacknowledged.add(tag);
  }

  /** It will not be acknowledged: the broker has it back. */
  givenBack(tag: number): void {
    this.unacknowledged.delete(tag);
  }

  finished(tag: number): void {
    this.due.add(tag);
  }

  /** What is due, to be sent at once: it counts as acknowledged from here on. */
  take(): Acks {
    let upTo: number | undefined;
    for (const tag of this.unacknowledged) {
      if (!this.due.delete(tag)) break;
      this.unacknowledged.delete(tag);
      upTo = tag;
    }
    const singles = [...this.due].filter((tag) => this.unacknowledged.delete(tag));
    this.due.clear();
    return { upTo, singles };
  }
}
