/**
 * What is known about the key of a checkout. The gateway cannot know whether a key is a replay; a
 * key that it has forwarded before is probably one.
 */
export type KeyStatus = 'keyless' | 'new-key' | 'known-key';

/** How a checkout is admitted: completely, only if it is a replay, or not at all. */
export type Admittance = 'full' | 'replay-only' | undefined;

export interface SlotOptions {
  /** The maximum number of checkouts in flight. */
  max: number;
  /** Additional slots for requests that may be replays, which start no saga. */
  replaysMax: number;
  /** A checkout in flight for longer counts as slow. While too many are slow, no slot is free. */
  slowAfterMs: number;
}

/** New keys may use this fraction of the slots for replays: 1/4. The others are for known keys. */
const NEW_KEYS_DIVISOR = 4;
/**
 * This fraction of the slots may be slow: 1/10. A few checkouts are always slow for their own
 * reasons.
 */
const SLOW_DIVISOR = 10;

/** An occupied slot, to be released once. */
export interface Slot {
  readonly admittance: 'full' | 'replay-only';
  readonly sinceMs: number;
}

/**
 * Counts the checkouts in flight and decides on new ones. A slot is free while there are fewer than
 * `max`, and not too many of them are slow. So the limit adapts to the speed of the system, which
 * is not known in advance. When no slot is free, replays are still admitted, known keys first. All
 * times are of one monotonic clock. Pure.
 */
export class CheckoutSlots {
  private readonly options: SlotOptions;
  /** In the order of their start. */
  private readonly inFlight = new Set<Slot>();
  private replays = 0;

  constructor(options: SlotOptions) {
    this.options = options;
  }

  get occupied(): number {
    return this.inFlight.size + this.replays;
  }

  hasFreeSlot(nowMs: number): boolean {
    return this.inFlight.size < this.options.max && !this.isSlow(nowMs);
  }

  admittanceOf(keyStatus: KeyStatus, nowMs: number): Admittance {
    if (this.hasFreeSlot(nowMs)) return 'full';
    const { replaysMax } = this.options;
    const max = {
      keyless: 0,
      'new-key': Math.ceil(replaysMax / NEW_KEYS_DIVISOR),
      'known-key': replaysMax,
    }[keyStatus];
    return this.replays < max ? 'replay-only' : undefined;
  }

  acquire(admittance: Slot['admittance'], nowMs: number): Slot {
    const slot = { admittance, sinceMs: nowMs };
    if (admittance === 'full') this.inFlight.add(slot);
    else this.replays += 1;
    return slot;
  }

  release(slot: Slot): void {
    if (slot.admittance === 'full') this.inFlight.delete(slot);
    else this.replays -= 1;
  }

  private isSlow(nowMs: number): boolean {
    const { max, slowAfterMs } = this.options;
    let slow = 0;
    for (const { sinceMs } of this.inFlight) {
      if (nowMs - sinceMs < slowAfterMs) return false;
      slow += 1;
      if (slow * SLOW_DIVISOR > max) return true;
    }
    return false;
  }
}
