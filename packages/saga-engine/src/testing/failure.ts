import type { Scenario } from './scenario.js';

/** One way in which what a saga awaits goes wrong. */
export interface Failure {
  readonly name: string;
  /** Makes what is awaited fail; what is awaited afterwards is done, and each wait is passed. */
  happen(scenario: Scenario): void;
}
