import type { ReplyOutcome } from '@backstitch/saga-engine';
import { DONE, no } from './answers.js';

type HoldState = 'NONE' | 'ACTIVE' | 'REJECTED' | 'EXPIRED' | 'RELEASED' | 'CONSUMED';

export interface Hold {
  state: HoldState;
  /** It ran out, its stock was gone, and that was said. */
  isRefused: boolean;
}

/** The inventory service as far as the protocol goes: one product, every order asks for one unit. */
export class SimulatedStock {
  protected readonly holds = new Map<string, Hold>();
  /** Units that other shoppers bought. */
  protected sold = 0;

  constructor(
    readonly received: number,
    protected shelf = received,
  ) {}

  of(orderId: string): Hold {
    let hold = this.holds.get(orderId);
    if (!hold) this.holds.set(orderId, (hold = { state: 'NONE', isRefused: false }));
    return hold;
  }

  reserve(orderId: string): ReplyOutcome {
    const hold = this.of(orderId);
    if (hold.state === 'NONE') {
      hold.state = this.take() ? 'ACTIVE' : 'REJECTED';
    }
    if (hold.state === 'REJECTED') return no('INSUFFICIENT_STOCK');
    return hold.state === 'RELEASED' ? no('RESERVATION_RELEASED') : DONE;
  }

  commit(orderId: string): ReplyOutcome {
    const hold = this.of(orderId);
    if (hold.state === 'ACTIVE') hold.state = 'CONSUMED';
    if (hold.state === 'EXPIRED' && !hold.isRefused) {
      if (this.take()) hold.state = 'CONSUMED';
      else hold.isRefused = true;
    }
    if (hold.state === 'CONSUMED') return DONE;
    return no(hold.state === 'EXPIRED' ? 'RESERVATION_EXPIRED' : 'RESERVATION_RELEASED');
  }

  release(orderId: string): ReplyOutcome {
    const hold = this.of(orderId);
    if (hold.state === 'REJECTED') return DONE;
    if (hold.state === 'ACTIVE' || hold.state === 'CONSUMED') this.shelf++;
    hold.state = 'RELEASED';
    return DONE;
  }

  /** The sweeper comes by after the hold's time. */
  expire(orderId: string): void {
    const hold = this.of(orderId);
    if (hold.state !== 'ACTIVE') return;
    hold.state = 'EXPIRED';
    this.shelf++;
  }

  /** Other shoppers buy what is left. */
  buyEmpty(): void {
    this.sold += this.shelf;
    this.shelf = 0;
  }

  /** Another shopper brings a unit back. */
  bringBack(): void {
    if (this.sold === 0) return;
    this.sold--;
    this.shelf++;
  }

  problems(): string[] {
    const holding = [...this.holds.values()].filter(
      ({ state }) => state === 'ACTIVE' || state === 'CONSUMED',
    );
    const accounted = this.shelf + holding.length + this.sold;
    if (this.shelf >= 0 && accounted === this.received) return [];
    return [`${this.received} units were received, ${accounted} are accounted for`];
  }

  protected take(): boolean {
    if (this.shelf === 0) return false;
    this.shelf--;
    return true;
  }
}
