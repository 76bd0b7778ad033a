import type { Outcome } from '../consume/outcome.js';

/** Receives durations for metrics. It must not throw. All labels have closed sets of values. */
export interface BrokerObserver {
  /** A handler answered a command. `pattern` is a served pattern, or UNSERVED. */
  served(queue: string, pattern: string, outcome: Outcome['kind'], ms: number): void;
  /** A command waited in the process until the concurrency limiter started it. */
  waited(queue: string, ms: number): void;
  /** The broker answered a publish, or its confirm counts as lost. */
  confirmed(outcome: 'accepted' | 'unroutable' | 'lost', ms: number): void;
}

/** The label for unreadable messages and for patterns without a handler: senders choose those. */
export const UNSERVED = 'unserved';
