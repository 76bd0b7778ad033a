import type { Timers } from './ports.js';

/** Something that wants to be woken; `alarmAtMs` is the earliest entry the alarms hold for it. */
export interface Sleeper {
  alarmAtMs: number;
  /** When it wants to be woken now; Infinity for never. */
  wakeAtMs(): number;
}

interface Entry<Item> {
  readonly atMs: number;
  readonly item: Item;
}

const TIMEOUT_MAX_MS = 60_000;

/**
 * Wake-ups in the time of a given clock, with one timer for all of them. A saga's wake-up moves
 * later at nearly every transition, so an entry is not moved: when it comes up too early it is put
 * back at the time wanted by then, and a transition costs nothing here.
 */
export class Alarms<Item extends Sleeper> {
  private readonly heap: Entry<Item>[] = [];
  private callOff: (() => void) | undefined;
  private timerAtMs = Infinity;
  private stopped = false;

  constructor(
    private readonly nowMs: () => number,
    private readonly wake: (item: Item) => void,
    private readonly timers: Timers,
  ) {}

  /** Makes sure that the item is woken at its time; an entry that comes before that suffices. */
  arm(item: Item): void {
    const atMs = item.wakeAtMs();
    if (this.stopped || atMs === Infinity || item.alarmAtMs <= atMs) return;
    item.alarmAtMs = atMs;
    this.push({ atMs, item });
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    this.callOff?.();
    this.heap.length = 0;
  }

  private schedule(): void {
    const first = this.heap[0];
    if (!first || this.stopped || this.timerAtMs <= first.atMs) return;
    this.callOff?.();
    this.timerAtMs = first.atMs;
    const delayMs = Math.min(Math.max(first.atMs - this.nowMs(), 0), TIMEOUT_MAX_MS);
    this.callOff = this.timers.after(Math.ceil(delayMs), () => this.ring());
  }

  private ring(): void {
    this.timerAtMs = Infinity;
    const nowMs = this.nowMs();
    for (let first = this.heap[0]; first && first.atMs <= nowMs; first = this.heap[0]) {
      this.pop();
      const { item, atMs } = first;
      if (item.alarmAtMs !== atMs) continue;
      item.alarmAtMs = Infinity;
      if (item.wakeAtMs() <= nowMs) this.wake(item);
      else this.arm(item);
    }
    this.schedule();
  }

  private push(entry: Entry<Item>): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.atMs <= entry.atMs) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child++;
      if (heap[child]!.atMs >= last.atMs) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
