import type { Socket } from 'node:net';

/** What the proxy does to bytes just now; shared by all its links. */
export interface NetworkConditions {
  stalled: boolean;
  delayMs: number;
}

interface Held {
  dueMs: number;
  bytes: Buffer;
}

/** Past that much the sender is made to wait, as a full network would. */
const HELD_BYTES_MAX = 1_048_576;

/** One direction of one connection: the bytes in their order, at once, late, or held back. */
export class Link {
  private readonly held: Held[] = [];
  private heldBytes = 0;
  private ended = false;
  private clogged = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly conditions: NetworkConditions,
  ) {
    from.on('data', (bytes: Buffer) => this.take(bytes));
    from.on('end', () => {
      this.ended = true;
      this.pass();
    });
    to.on('drain', () => {
      this.clogged = false;
      this.pass();
    });
    to.on('close', () => clearTimeout(this.timer));
    this.conditionsChanged();
  }

  /** To be called after a stall began or ended, or another delay was set. */
  conditionsChanged(): void {
    if (this.conditions.stalled) this.from.pause();
    else this.pass();
  }

  private take(bytes: Buffer): void {
    this.held.push({ dueMs: performance.now() + this.conditions.delayMs, bytes });
    this.heldBytes += bytes.length;
    this.pass();
  }

  /** Forwards the bytes that are due, and reads more when the buffer has space. */
  private pass(): void {
    clearTimeout(this.timer);
    if (this.conditions.stalled || this.to.destroyed) return;
    let next = this.held[0];
    while (next && !this.clogged) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pass(), waitMs);
        break;
      }
      this.held.shift();
      this.heldBytes -= next.bytes.length;
      this.clogged = !this.to.write(next.bytes);
      next = this.held[0];
    }
    if (this.ended && !next) this.to.end();
    else if (this.clogged || this.heldBytes > HELD_BYTES_MAX) this.from.pause();
    else this.from.resume();
  }
}
