interface Days {
  readonly min: number;
  readonly usual: number;
  readonly max: number;
}

/**
 * How long what is finished is kept, in days. What repeats may come from goes before what would have
 * to recognise them: sagas ≤ replay of dead letters < participants' rows. docs/adr/0011 says why.
 */
export const RETENTION_DAYS = {
  /** Callers are promised 30; what is asked again later is a new checkout. */
  idempotencyKeys: { min: 30, usual: 30, max: 3_650 } satisfies Days,
  /** Long enough to look into a complaint; at most as long as a dead letter can be judged by it. */
  sagas: { min: 1, usual: 30, max: 60 } satisfies Days,
  /** Past it a dead letter is only shown and discarded: its participant may have forgotten its order. */
  deadLetterReplay: 60,
  /** One that was replayed or discarded stays in its table for so long, to be looked up. */
  decidedDeadLetters: 30,
  /** Barriers against repeats: longer than any message that may still be sent, with a month to spare. */
  participants: { min: 90, usual: 400, max: 3_650 } satisfies Days,
} as const;
