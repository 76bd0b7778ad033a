import { Problem, retryAfterSeconds, type Shedding } from '@backstitch/service-kit';
import { KeyMemory } from './key-memory.js';
import { type Asker, type Entry, Places } from './places.js';

export interface AdmissionOptions {
  checkoutsMax: number;
  replaysMax: number;
  slowAfterMs: number;
  looksMax: number;
  shedding: Shedding;
}

/**
 * What the gateway takes in at once is bounded, so that whoever is taken in is answered in time and
 * memory stays what it is. The rest is refused at once, and nothing is recorded of it. Checkouts
 * and looks are counted apart: neither crowd shuts the other out.
 */
export class Admission {
  private readonly options: AdmissionOptions;
  private readonly places: Places;
  private readonly keys = new KeyMemory();
  private readsInFlight = 0;

  constructor(options: AdmissionOptions) {
    this.options = options;
    const { checkoutsMax: max, replaysMax, slowAfterMs } = options;
    this.places = new Places({ max, replaysMax, slowAfterMs });
  }

  get checkouts(): number {
    return this.places.taken;
  }

  get looks(): number {
    return this.readsInFlight;
  }

  /**
   * Before the body is read: a refusal here costs next to nothing. No place is taken yet, else
   * bodies that trickle in would hold them. `key` is the header as it came.
   */
  refusalBeforeBody(key: string | undefined): Problem | undefined {
    return this.entryFor(key) === undefined ? this.refuseCheckout() : undefined;
  }

  /** Does the work of a checkout in a place of its own; throws the refusal when there is none. */
  async checkout<Result>(
    key: string | undefined,
    work: (entry: NonNullable<Entry>) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.entryFor(key);
    if (entry === undefined) throw this.refuseCheckout();
    if (entry === 'whole' && key !== undefined) this.keys.remember(key);
    const place = this.places.take(entry, performance.now());
    try {
      return await work(entry);
    } finally {
      this.places.leave(place);
    }
  }

  async look<Result>(work: () => Promise<Result>): Promise<Result> {
    const { looksMax, shedding } = this.options;
    if (this.readsInFlight >= looksMax) {
      shedding.refused('reads', { inFlight: this.readsInFlight });
      const detail = 'More is asked than can be answered at the moment. Ask again.';
      throw new Problem('UNAVAILABLE', detail, refusal());
    }
    this.readsInFlight += 1;
    try {
      return await work();
    } finally {
      this.readsInFlight -= 1;
    }
  }

  private entryFor(key: string | undefined): Entry {
    const nowMs = performance.now();
    // The hash is only worth its time when there is a choice to make.
    if (this.places.hasRoom(nowMs)) return 'whole';
    return this.places.entryFor(this.askerOf(key), nowMs);
  }

  private askerOf(key: string | undefined): Asker {
    if (key === undefined) return 'keyless';
    return this.keys.knows(key) ? 'known-key' : 'new-key';
  }

  private refuseCheckout(): Problem {
    this.options.shedding.refused('checkouts', { inFlight: this.places.taken });
    const detail =
      'More orders are being placed than can be served at the moment. ' +
      'Nothing was recorded of this request. Send it again.';
    return new Problem('NOT_ACCEPTED', detail, refusal());
  }
}

function refusal() {
  return { quiet: true, headers: { 'retry-after': retryAfterSeconds() } };
}
