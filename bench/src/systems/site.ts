import type { Cleanup } from '@backstitch/tools';
import type { AccessTokens } from '../load/access-tokens.js';
import type { Servers } from '../servers/servers.js';

/** What a system needs to be started. */
export interface Site {
  servers: Servers;
  /** Size of its catalogue. */
  products: number;
  env: NodeJS.ProcessEnv;
  cleanup: Cleanup;
  /** Progress, for people. */
  say: (line: string) => void;
  /** Ends everything: Ctrl-C, or a process that died. */
  stop: AbortController;
  /** More flags of Node.js for the n-th process of a system, and for whichever app that is. */
  nodeFlags?: (index: number, app: string) => string[];
  /** Orchestrators, and services of each kind, of Backstitch; 1 unless given. */
  instances?: number;
  /** The checkouts of Backstitch carry them; none does otherwise. */
  tokens?: AccessTokens;
  /** Whether Backstitch also takes checkouts without a token [only when there are no tokens]. */
  guests?: 'open' | 'token';
  /** Tells two of the same system apart; part of the names of databases and queues. */
  variant?: string;
}
