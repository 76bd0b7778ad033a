import { type Buckets, Histogram } from './histogram.js';

export const MINUTE_MS = 60_000;
/** Minutes that could not be written yet; older ones are lost. */
const MINUTES_MAX = 60;

/** What was counted in a minute, as its row has it. */
export interface MinuteRow {
  readonly minuteMs: number;
  readonly started: number;
  readonly done: number;
  readonly undone: number;
  /** Of the undone ones. */
  readonly byCode: Readonly<Record<string, number>>;
  /** Of all that ended. */
  readonly durations: Buckets;
  /** By "STEP:do" or "STEP:undo": from the send of a command to its reply. */
  readonly steps: Readonly<Record<string, Buckets>>;
}

interface Minute {
  started: number;
  done: number;
  undone: number;
  byCode: Map<string, number>;
  durations: Histogram;
  steps: Map<string, Histogram>;
  isWritten: boolean;
}

/** Counts sagas by the minute, in memory. On the hot path: it only counts. */
export class MinuteCounts {
  private readonly minutes = new Map<number, Minute>();

  started(nowMs: number): void {
    this.at(nowMs).started += 1;
  }

  done(nowMs: number, durationMs: number): void {
    const minute = this.at(nowMs);
    minute.done += 1;
    minute.durations.observe(durationMs);
  }

  undone(nowMs: number, durationMs: number, code: string): void {
    const minute = this.at(nowMs);
    minute.undone += 1;
    minute.byCode.set(code, (minute.byCode.get(code) ?? 0) + 1);
    minute.durations.observe(durationMs);
  }

  step(nowMs: number, name: string, ms: number): void {
    const { steps } = this.at(nowMs);
    let histogram = steps.get(name);
    if (!histogram) steps.set(name, (histogram = new Histogram()));
    histogram.observe(ms);
  }

  /** The minutes that changed since they were written; each whole. */
  unwritten(): MinuteRow[] {
    const rows: MinuteRow[] = [];
    for (const [minuteMs, minute] of this.minutes) {
      if (minute.isWritten) continue;
      minute.isWritten = true;
      rows.push(rowOf(minuteMs, minute));
    }
    return rows;
  }

  /** They are still to be written. */
  notWritten(rows: readonly MinuteRow[]): void {
    for (const { minuteMs } of rows) {
      const minute = this.minutes.get(minuteMs);
      if (minute) minute.isWritten = false;
    }
  }

  private at(nowMs: number): Minute {
    const minuteMs = nowMs - (nowMs % MINUTE_MS);
    const known = this.minutes.get(minuteMs);
    if (known) {
      known.isWritten = false;
      return known;
    }
    const minute = {
      started: 0,
      done: 0,
      undone: 0,
      byCode: new Map<string, number>(),
      durations: new Histogram(),
      steps: new Map<string, Histogram>(),
      isWritten: false,
    };
    this.minutes.set(minuteMs, minute);
    const [oldest] = this.minutes.keys();
    if (this.minutes.size > MINUTES_MAX && oldest !== undefined) this.minutes.delete(oldest);
    return minute;
  }
}

function rowOf(minuteMs: number, minute: Minute): MinuteRow {
  const { started, done, undone, byCode, durations, steps } = minute;
  return {
    minuteMs,
    started,
    done,
    undone,
    byCode: Object.fromEntries(byCode),
    durations: durations.buckets(),
    steps: Object.fromEntries([...steps].map(([name, one]) => [name, one.buckets()])),
  };
}
