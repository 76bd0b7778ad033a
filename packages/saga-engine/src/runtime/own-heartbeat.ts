import type { EngineSettings } from '../core/settings.js';

/**
 * Whether this instance may call other owners silent. What delays its own heartbeat (the database
 * is away, its clock was set, this process stood still) may delay all heartbeats. Afterwards all
 * owners come back soon, but not in the same moment. So an instance whose own heartbeat was not
 * regular for as long as an owner may be silent calls no owner silent. A new instance waits as
 * long.
 */
export class OwnHeartbeat {
  private steadySinceMs: number | undefined;
  private lastMs = -Infinity;
  /** Database time minus monotonic time. */
  private offsetMs: number | undefined;

  constructor(private readonly settings: Pick<EngineSettings, 'silentAfterMs'>) {}

  /** The heartbeat was written. */
  beat(monotonicMs: number, databaseMs: number): void {
    const offsetMs = databaseMs - monotonicMs;
    const jumpMs = Math.abs(offsetMs - (this.offsetMs ?? offsetMs));
    const isRegular = !this.isLate(monotonicMs) && jumpMs < this.settings.silentAfterMs / 4;
    if (!isRegular) this.steadySinceMs = undefined;
    this.steadySinceMs ??= monotonicMs;
    this.lastMs = monotonicMs;
    this.offsetMs = offsetMs;
  }

  failed(): void {
    this.steadySinceMs = undefined;
  }

  isSteady(monotonicMs: number): boolean {
    if (this.steadySinceMs === undefined || this.isLate(monotonicMs)) return false;
    return monotonicMs - this.steadySinceMs >= this.settings.silentAfterMs;
  }

  private isLate(monotonicMs: number): boolean {
    return monotonicMs - this.lastMs >= this.settings.silentAfterMs;
  }
}
