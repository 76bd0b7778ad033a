import type { ReplyOutcome } from '@backstitch/saga-engine';
import { DONE, no } from './answers.js';

type ReservationState = 'NONE' | 'ACTIVE' | 'REJECTED' | 'EXPIRED' | 'RELEASED' | 'CONSUMED';

export interface Reservation {
  state: ReservationState;
  /** It ran out, its stock was gone, and that was said. */
  isRefused: boolean;
}

/** The inventory service as far as the protocol goes: one product, every order asks for one unit. */
export class SimulatedStock {
  protected readonly reservations = new Map<string, Reservation>();
  /** Units that other shoppers bought. */
  protected sold = 0;

  constructor(
    readonly received: number,
    protected shelf = received,
  ) {}

  of(orderId: string): Reservation {
    let reservation = this.reservations.get(orderId);
    if (!reservation)
      this.reservations.set(orderId, (reservation = { state: 'NONE', isRefused: false }));
    return reservation;
  }

  reserve(orderId: string): ReplyOutcome {
    const reservation = this.of(orderId);
    if (reservation.state === 'NONE') {
      reservation.state = this.take() ? 'ACTIVE' : 'REJECTED';
    }
    if (reservation.state === 'REJECTED') return no('INSUFFICIENT_STOCK');
    return reservation.state === 'RELEASED' ? no('RESERVATION_RELEASED') : DONE;
  }

  commit(orderId: string): ReplyOutcome {
    const reservation = this.of(orderId);
    if (reservation.state === 'ACTIVE') reservation.state = 'CONSUMED';
    if (reservation.state === 'EXPIRED' && !reservation.isRefused) {
      if (this.take()) reservation.state = 'CONSUMED';
      else reservation.isRefused = true;
    }
    if (reservation.state === 'CONSUMED') return DONE;
    return no(reservation.state === 'EXPIRED' ? 'RESERVATION_EXPIRED' : 'RESERVATION_RELEASED');
  }

  release(orderId: string): ReplyOutcome {
    const reservation = this.of(orderId);
    if (reservation.state === 'REJECTED') return DONE;
    if (reservation.state === 'ACTIVE' || reservation.state === 'CONSUMED') this.shelf++;
    reservation.state = 'RELEASED';
    return DONE;
  }

  /** The sweeper comes by after the reservation's time. */
  expire(orderId: string): void {
    const reservation = this.of(orderId);
    if (reservation.state !== 'ACTIVE') return;
    reservation.state = 'EXPIRED';
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
    const holding = [...this.reservations.values()].filter(
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
