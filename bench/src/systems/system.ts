import type { BenchProcess } from './bench-process.js';

export const SYSTEMS = ['backstitch', 'textbook'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** What a system's own databases say that it did. */
export interface Books {
  confirmedOrders: number;
  logRowsPerSaga: number;
}

/** A checkout system that runs, ready to be loaded. */
export interface System {
  name: SystemName;
  /** Versions and settings that its figures depend on. */
  description: string;
  /** Takes POSTed checkouts. */
  checkoutUrl: string;
  processes: readonly BenchProcess[];
  books: () => Promise<Books>;
}
