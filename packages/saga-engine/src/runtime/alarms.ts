import type { Timers } from './ports.js';

/** Something that wants to be woken; the alarms keep one entry for it, and where it is. */
export interface Sleeper {
  /** The time of its entry; Infinity when there is none. */
  alarmAtMs: number;
  /** The place of its entry; meaningless when there is none. */
  alarmPlace: number;
  /** When it wants to be woken now; Infinity for never. */
  wakeAtMs(): number;
}

const TIMEOUT_MAX_MS = 60_000;

/**
 * Wake-ups in the time of a given clock, with one timer for all of them. A saga's wake-up moves
 * later at nearly every transition, so an entry is not moved then: when it comes up too early it is put
 * back at the time wanted by then, and a transition costs nothing here. What ended is taken out, or
 * it would be kept in memory until its deadline.
 */
export class Alarms<Item extends Sleeper> {
  /** The earliest first; each is no earlier than its parent, at half its place. */
  private readonly heap: Item[] = [];
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
    if (item.alarmAtMs === Infinity) item.alarmPlace = this.heap.length;
    item.alarmAtMs = atMs;
    this.rise(item);
    this.schedule();
  }

  /** Keeps nothing of the item. */
  disarm(item: Item): void {
    if (item.alarmAtMs === Infinity) return;
    const { alarmPlace: place } = item;
    item.alarmAtMs = Infinity;
    const last = this.heap.pop()!;
    if (last === item) return;
    last.alarmPlace = place;
    this.rise(last);
    this.sink(last);
  }

  /** How many items are kept. */
  get size(): number {
    return this.heap.length;
  }

  stop(): void {
    this.stopped = true;
    this.callOff?.();
    for (const item of this.heap) item.alarmAtMs = Infinity;
    this.heap.length = 0;
  }

  private schedule(): void {
    const first = this.heap[0];
    if (!first || this.stopped || this.timerAtMs <= first.alarmAtMs) return;
    this.callOff?.();
    this.timerAtMs = first.alarmAtMs;
    const delayMs = Math.min(Math.max(first.alarmAtMs - this.nowMs(), 0), TIMEOUT_MAX_MS);
    this.callOff = this.timers.after(Math.ceil(delayMs), () => this.ring());
  }

  private ring(): void {
    this.timerAtMs = Infinity;
    const nowMs = this.nowMs();
    for (let item = this.heap[0]; item && item.alarmAtMs <= nowMs; item = this.heap[0]) {
      this.disarm(item);
      if (item.wakeAtMs() <= nowMs) this.wake(item);
      else this.arm(item);
    }
    this.schedule();
  }

  /** Puts it at its place or nearer to the first, as its time says. */
  private rise(item: Item): void {
    const { heap } = this;
    let at = item.alarmPlace;
    while (at > 0) {
      const parent = heap[(at - 1) >> 1]!;
      if (parent.alarmAtMs <= item.alarmAtMs) break;
      this.put(parent, at);
      at = (at - 1) >> 1;
    }
    this.put(item, at);
  }

  /** Puts it at its place or further from the first. */
  private sink(item: Item): void {
    const { heap } = this;
    let at = item.alarmPlace;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.alarmAtMs < heap[child]!.alarmAtMs) child++;
      if (heap[child]!.alarmAtMs >= item.alarmAtMs) break;
      this.put(heap[child]!, at);
      at = child;
    }
    this.put(item, at);
  }

  private put(item: Item, at: number): void {
    this.heap[at] = item;
    item.alarmPlace = at;
  }
}
