import type { Cleanup } from '@backstitch/tools';
import type { Basket } from '../load/basket.js';
import type { Servers } from '../servers/servers.js';

/** What a system needs to be started. */
export interface Site {
  servers: Servers;
  basket: Basket;
  env: NodeJS.ProcessEnv;
  cleanup: Cleanup;
  /** Progress, for people. */
  say: (line: string) => void;
  /** Ends everything: Ctrl-C, or a process that died. */
  stop: AbortController;
  /** More flags of Node.js for the n-th process of a system. */
  nodeFlags?: (index: number) => string[];
}
