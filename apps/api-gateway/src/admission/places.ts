/**
 * How a checkout asks for a place. The gateway cannot know whether a key is a replay; one that it
 * has passed on before most likely is.
 */
export type Asker = 'keyless' | 'new-key' | 'known-key';

/** What it gets: to be taken in, to be answered only if it is a replay, or nothing. */
export type Entry = 'whole' | 'replay-only' | undefined;

export interface PlacesOptions {
  /** Checkouts under way at once. */
  max: number;
  /** Kept beyond these for requests that may be replays, which cost no saga. */
  replaysMax: number;
  /** Whoever has waited for longer is slow; while too many are, there is no room. */
  slowAfterMs: number;
}

/** Of the places for replays, strangers get this share: the rest is for keys that are known. */
const STRANGERS_SHARE = 4;
/** Of the places for checkouts, so many may be slow: a few always are, for reasons of their own. */
const SLOW_SHARE = 10;

/** A place that was taken, to be left once. */
export interface Place {
  readonly entry: 'whole' | 'replay-only';
  readonly sinceMs: number;
}

/**
 * Keeps the checkouts under way and says who may still come in. There is room while neither too many
 * are inside, nor too many of them have waited for too long: how many are too many depends on how
 * fast they are served, which nobody can know beforehand. When there is no room, replays still may
 * come in, first those whose key is known. Times are of one monotonic clock. Pure.
 */
export class Places {
  private readonly options: PlacesOptions;
  /** In the order of coming in. */
  private readonly inside = new Set<Place>();
  private replays = 0;

  constructor(options: PlacesOptions) {
    this.options = options;
  }

  get taken(): number {
    return this.inside.size + this.replays;
  }

  hasRoom(nowMs: number): boolean {
    return this.inside.size < this.options.max && !this.isSlow(nowMs);
  }

  entryFor(asker: Asker, nowMs: number): Entry {
    if (this.hasRoom(nowMs)) return 'whole';
    const { replaysMax } = this.options;
    const max = {
      keyless: 0,
      'new-key': Math.ceil(replaysMax / STRANGERS_SHARE),
      'known-key': replaysMax,
    }[asker];
    return this.replays < max ? 'replay-only' : undefined;
  }

  take(entry: Place['entry'], nowMs: number): Place {
    const place = { entry, sinceMs: nowMs };
    if (entry === 'whole') this.inside.add(place);
    else this.replays += 1;
    return place;
  }

  leave(place: Place): void {
    if (place.entry === 'whole') this.inside.delete(place);
    else this.replays -= 1;
  }

  private isSlow(nowMs: number): boolean {
    const { max, slowAfterMs } = this.options;
    let slow = 0;
    for (const { sinceMs } of this.inside) {
      if (nowMs - sinceMs < slowAfterMs) return false;
      slow += 1;
      if (slow * SLOW_SHARE > max) return true;
    }
    return false;
  }
}
