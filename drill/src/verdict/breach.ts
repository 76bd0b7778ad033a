import type { Intent } from '../load/ledger.js';

/** Something that must never be, whatever died. */
export interface Breach {
  /** In words, for a person at 3 a.m. */
  what: string;
  /** The purchase that it is about, if it is about one. */
  intent?: Intent;
  sagaId?: string;
  orderId?: string;
}
