/** The acknowledgements to send now: one for all deliveries up to a tag, and single ones. */
export interface Acks {
  upTo: number | undefined;
  singles: number[];
}

/**
 * The unacknowledged deliveries of one channel, by their delivery tags. Finished deliveries at the
 * head are acknowledged together. This never includes an unfinished delivery, because the broker
 * would forget it too.
 */
export class AckRun {
  /** In the order of delivery. */
  private readonly unacknowledged = new Set<number>();
  private readonly due = new Set<number>();

  delivered(tag: number): void {
    this.unacknowledged.add(tag);
  }

  /** The delivery was returned to the broker and is not acknowledged. */
  requeued(tag: number): void {
    this.unacknowledged.delete(tag);
  }

  finished(tag: number): void {
    this.due.add(tag);
  }

  /** The acknowledgements that are due. The caller must send them; they count as sent. */
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
