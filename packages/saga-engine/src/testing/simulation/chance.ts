/**
 * Where everything undetermined of a run comes from: a row of small choices, drawn from a seed or
 * read from a list. 0 is always the uneventful choice, so a run is made simpler by making the list
 * shorter, or its numbers smaller.
 */
export class Chance {
  private readonly drawn: number[] = [];
  private state: number;
  private at = 0;

  constructor(private readonly source: number | readonly number[]) {
    this.state = typeof source === 'number' ? source | 0 : 0;
  }

  /** What was chosen so far: a list that makes the same run again. */
  get choices(): readonly number[] {
    return this.drawn;
  }

  /** A whole number from 0 up to, and not including, `count`. */
  below(count: number): number {
    const choice =
      typeof this.source === 'number'
        ? Math.floor(this.next() * count)
        : (this.source[this.at++] ?? 0) % count;
    this.drawn.push(choice);
    return choice;
  }

  /** True once in `times`; false is the uneventful answer. */
  onceIn(times: number): boolean {
    return this.below(times) === times - 1;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** mulberry32 */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}
