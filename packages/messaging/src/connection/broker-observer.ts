import type { Outcome } from '../consume/outcome.js';

/** Told how long things took, for metrics; it must not throw. The labels are of closed sets. */
export interface BrokerObserver {
  /** A handler answered a command; `pattern` is one that is served, or UNSERVED. */
  served(queue: string, pattern: string, outcome: Outcome['kind'], ms: number): void;
  /** A command had waited in the process for a place among those being served. */
  waited(queue: string, ms: number): void;
  /** The broker answered a publish, or is not waited for any more. */
  confirmed(outcome: 'accepted' | 'unroutable' | 'lost', ms: number): void;
}

/** The pattern of what cannot be read, and of patterns that nobody serves: senders choose those. */
export const UNSERVED = 'unserved';
