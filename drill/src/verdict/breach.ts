import type { Intent } from '../load/ledger.js';

/** Something that must never be, whatever died. */
export interface Breach {
  /** In words, for a person at 3 a.m. */
  what: string;
  /** What was bought by whom, as far as it is about one. */
  intent?: Intent;
  sagaId?: string;
  orderId?: string;
}
