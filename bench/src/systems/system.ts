import type { ManagedProcess } from '@backstitch/launcher';
import type { AccessTokens } from '../load/access-tokens.js';

export const SYSTEMS = ['backstitch', 'textbook', 'dbos', 'restate'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** What a system's own databases say that it did. */
export interface Ledgers {
  confirmedOrders: number;
  /** Only of systems that write such a log. */
  logRowsPerSaga?: number;
}

/** A checkout system that runs, ready to be loaded. */
export interface System {
  name: SystemName;
  /** Versions and settings that its figures depend on. */
  description: string;
  /** Takes POSTed checkouts. */
  checkoutUrl: string;
  /** Its checkouts carry one of them each. */
  tokens?: AccessTokens;
  /** Its own processes; an engine is a server that a system brings along. */
  processes: { apps: readonly ManagedProcess[]; engine?: readonly ManagedProcess[] };
  /** Whether the broker's CPU is spent on it. */
  usesBroker: boolean;
  ledgers: () => Promise<Ledgers>;
}
