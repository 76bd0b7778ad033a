import type { Site } from '../site/site.js';

/** One way in which the system is hurt while it works. */
export interface Fault {
  /** As `--faults` spells it. */
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** How long an injection takes, about; 8 when it is not said. What no longer fits is not begun. */
  readonly seconds?: number;
  /**
   * Hurts the system, lets it hurt for as long as the fault means, and makes it whole again: every
   * process runs, every link passes. Resolves then; the drill itself waits for the recovery.
   */
  inject(site: Site): Promise<Injection>;
}

/** What was seen of an injection. */
export interface Injection {
  /** What was hit, in words: "killed orchestrator-1 with 14 sagas under way". */
  readonly what: string;
  /** How many units of work were in flight where it struck; 0 is no evidence, and said so. */
  readonly inFlight: number;
}
