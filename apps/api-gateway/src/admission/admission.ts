import { Problem, retryAfterSeconds, type Shedding } from '@backstitch/service-kit';
import { KeyMemory } from './key-memory.js';
import { type KeyStatus, type Admittance, CheckoutSlots } from './checkout-slots.js';

export interface AdmissionOptions {
  checkoutsMax: number;
  replaysMax: number;
  slowAfterMs: number;
  queriesMax: number;
  shedding: Shedding;
}

/**
 * Bounds the requests in flight, so that admitted requests are answered in time and memory is
 * bounded. Other requests are refused at once, and nothing is recorded. Checkouts and queries are
 * counted separately, so neither can block the other.
 */
export class Admission {
  private readonly options: AdmissionOptions;
  private readonly slots: CheckoutSlots;
  private readonly keys = new KeyMemory();
  private readsInFlight = 0;

  constructor(options: AdmissionOptions) {
    this.options = options;
    const { checkoutsMax: max, replaysMax, slowAfterMs } = options;
    this.slots = new CheckoutSlots({ max, replaysMax, slowAfterMs });
  }

  get checkouts(): number {
    return this.slots.occupied;
  }

  get queries(): number {
    return this.readsInFlight;
  }

  /**
   * Decides before the body is read, where a refusal costs little. It occupies no slot: otherwise
   * slow bodies would occupy them. `key` is the unparsed header.
   */
  refusalBeforeBody(key: string | undefined): Problem | undefined {
    return this.admittanceOf(key) === undefined ? this.refuseCheckout() : undefined;
  }

  /** Does the work of a checkout in its own slot. Throws the refusal when no slot is free. */
  async checkout<Result>(
    key: string | undefined,
    work: (admittance: NonNullable<Admittance>) => Promise<Result>,
  ): Promise<Result> {
    const admittance = this.admittanceOf(key);
    if (admittance === undefined) throw this.refuseCheckout();
    if (admittance === 'full' && key !== undefined) this.keys.remember(key);
    const slot = this.slots.acquire(admittance, performance.now());
    try {
      return await work(admittance);
    } finally {
      this.slots.release(slot);
    }
  }

  async query<Result>(work: () => Promise<Result>): Promise<Result> {
    const { queriesMax, shedding } = this.options;
    if (this.readsInFlight >= queriesMax) {
      shedding.refused('reads', { inFlight: this.readsInFlight });
      const detail = 'Too many queries are in flight at the moment. Send it again.';
      throw new Problem('UNAVAILABLE', detail, refusal());
    }
    this.readsInFlight += 1;
    try {
      return await work();
    } finally {
      this.readsInFlight -= 1;
    }
  }

  private admittanceOf(key: string | undefined): Admittance {
    const nowMs = performance.now();
    // The hash of the key is needed only when no slot is free.
    if (this.slots.hasFreeSlot(nowMs)) return 'full';
    return this.slots.admittanceOf(this.keyStatusOf(key), nowMs);
  }

  private keyStatusOf(key: string | undefined): KeyStatus {
    if (key === undefined) return 'keyless';
    return this.keys.knows(key) ? 'known-key' : 'new-key';
  }

  private refuseCheckout(): Problem {
    this.options.shedding.refused('checkouts', { inFlight: this.slots.occupied });
    const detail =
      'Too many orders are in flight at the moment. ' +
      'Nothing was recorded. Send the request again.';
    return new Problem('NOT_ACCEPTED', detail, refusal());
  }
}

function refusal() {
  return { quiet: true, headers: { 'retry-after': retryAfterSeconds() } };
}
