interface Days {
  readonly min: number;
  readonly usual: number;
  readonly max: number;
}

/**
 * How long finished data is kept, in days. A possible sender of repeats is removed before the rows
 * that recognise the repeats: sagas ≤ replay of dead letters < participants' rows. docs/adr/0011
 * gives the reasons.
 */
export const RETENTION_DAYS = {
  /** Callers are promised 30 days. A later request with the same key is a new checkout. */
  idempotencyKeys: { min: 30, usual: 30, max: 3_650 } satisfies Days,
  /** Long enough to analyse a complaint; at most as long as dead letters are replayed. */
  sagas: { min: 1, usual: 30, max: 60 } satisfies Days,
  /**
   * An older dead letter can only be read and discarded, because its participant may not know the
   * order.
   */
  deadLetterReplay: 60,
  /** A replayed or discarded one stays in its table for so long. */
  decidedDeadLetters: 30,
  /** These rows recognise repeats: they outlive every message, with a month as reserve. */
  participants: { min: 90, usual: 400, max: 3_650 } satisfies Days,
} as const;
