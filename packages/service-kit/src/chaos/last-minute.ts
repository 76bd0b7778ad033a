const SECONDS = 60;

/** What happened in the last minute: how often, and how much. Pure; it allocates nothing later. */
export class LastMinute {
  private readonly samples = new Float64Array(SECONDS);
  private readonly totals = new Float64Array(SECONDS);
  private atS = 0;

  add(nowMs: number, amount: number): void {
    const slot = this.slotAt(nowMs);
    this.samples[slot] = this.samples[slot]! + 1;
    this.totals[slot] = this.totals[slot]! + amount;
  }

  read(nowMs: number): { samples: number; total: number } {
    this.slotAt(nowMs);
    return { samples: sum(this.samples), total: sum(this.totals) };
  }

  /** Empties the seconds that have passed since the last call. */
  private slotAt(nowMs: number): number {
    const nowS = Math.floor(nowMs / 1_000);
    for (let passed = Math.min(nowS - this.atS, SECONDS); passed > 0; passed -= 1) {
      const slot = (nowS - passed + 1) % SECONDS;
      this.samples[slot] = 0;
      this.totals[slot] = 0;
    }
    this.atS = Math.max(this.atS, nowS);
    return this.atS % SECONDS;
  }
}

function sum(values: Float64Array): number {
  return values.reduce((all, one) => all + one, 0);
}
