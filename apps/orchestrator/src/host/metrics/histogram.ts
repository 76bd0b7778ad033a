/** Neighbouring bounds differ by this: a percentile is then within 2.5 % of the true one. */
const GROWTH = 1.05;
const LOG_GROWTH = Math.log(GROWTH);
/** Shorter times all count as this. */
const SMALLEST_MS = 0.1;

/** How often each bucket was observed, by its number. */
export type Buckets = Readonly<Record<string, number>>;

/** Durations, counted in buckets whose width grows with the duration. */
export class Histogram {
  private readonly counts = new Map<number, number>();

  observe(ms: number): void {
    const bucket = ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_GROWTH);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  add(buckets: Buckets): void {
    for (const [bucket, count] of Object.entries(buckets)) {
      const at = Number(bucket);
      this.counts.set(at, (this.counts.get(at) ?? 0) + count);
    }
  }

  get count(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  buckets(): Buckets {
    return Object.fromEntries(this.counts);
  }

  /** The duration below which this share of all is, in ms; null when there is none. */
  percentile(share: number): number | null {
    const wanted = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (const [bucket, count] of [...this.counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= wanted) return middleOf(bucket);
    }
    return null;
  }
}

/** Of its bounds, so that neither is further away. */
function middleOf(bucket: number): number {
  const ms = SMALLEST_MS * GROWTH ** (bucket - 0.5);
  return bucket === 0 ? SMALLEST_MS : Math.round(ms * 100) / 100;
}
