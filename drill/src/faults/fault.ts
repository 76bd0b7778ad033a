import type { Site } from '../site/site.js';

/** One kind of fault that is injected into the running system. */
export interface Fault {
  /** As `--faults` spells it. */
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** How long an injection takes, about; 8 when it is not said. What no longer fits is not begun. */
  readonly seconds?: number;
  /**
   * Injects the fault, waits for its duration, and restores the system: every
   * process runs, every link passes. Resolves then; the drill itself waits for the recovery.
   */
  inject(site: Site): Promise<Injection>;
}

/** From one moment to another, by performance.now(). */
export interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What was seen of an injection. */
export interface Injection {
  /** What was hit, in words: "killed orchestrator-1 with 14 sagas under way". */
  readonly what: string;
  /** How many units of work were in flight where it struck; 0 is no evidence, and said so. */
  readonly inFlight: number;
  /** When every request must be served, although the fault lasts. The verdict looks at these times. */
  readonly served?: readonly Period[];
}
