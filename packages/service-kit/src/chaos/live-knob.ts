import type { ChaosAppliedKnob } from '@backstitch/shared-types';
import { LastMinute } from './last-minute.js';

/**
 * The value of one knob in this process: the configured one, or a live one that ends by itself.
 * To read it costs no more than to read a member, as long as it is 0.
 */
export class LiveKnob {
  /** What is applied now. */
  value: number;
  private readonly seen = new LastMinute();
  private end: NodeJS.Timeout | undefined;

  constructor(
    readonly id: string,
    readonly configured: number,
    private readonly random: () => number = Math.random,
  ) {
    this.value = configured;
  }

  /** Applies a value for so long; then the configured one again. */
  hold(value: number, forMs: number): void {
    this.release();
    if (forMs <= 0) return;
    this.value = value;
    this.end = setTimeout(() => this.release(), forMs).unref();
  }

  /** Applies the configured value. */
  release(): void {
    clearTimeout(this.end);
    this.value = this.configured;
  }

  /** Whether it happens this time, for a rate. */
  happens(): boolean {
    if (this.value === 0) return false;
    const isHit = this.random() < this.value;
    this.count(isHit ? 1 : 0);
    return isHit;
  }

  /** Counts what it did: a hit (1) or none (0) of a rate, or a delay in ms. */
  count(amount: number): void {
    this.seen.add(performance.now(), amount);
  }

  applied(): ChaosAppliedKnob {
    const { id, value, configured } = this;
    return { id, value, configured, ...this.seen.read(performance.now()) };
  }
}
