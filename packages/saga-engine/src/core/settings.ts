export interface SendWindowSettings {
  /** Commands in one queue that are sent and not answered; more than these wait here. */
  readonly commandsPerQueueMax: number;
  /**
   * So many of these places only undos and what is past its pivot may take, and as many only the
   * others; at most half of all.
   */
  readonly reservedPerQueue: number;
}

/** How failed attempts are repeated; the only settings a transition reads. */
export interface RetrySettings {
  /** The first retry waits about this long, each further one twice as long … */
  readonly backoffMinMs: number;
  /** … up to this. */
  readonly backoffMaxMs: number;
  /** An undo, or a step from the pivot on, that failed this often needs attention. */
  readonly attentionAfterAttempts: number;
  /**
   * Codes of faults that say that nothing was done and that it is worth waiting: a step is tried
   * again after them until its deadline, however many attempts that takes [none].
   */
  readonly patientCodes?: readonly string[];
}

export interface EngineSettings extends RetrySettings, SendWindowSettings {
  readonly heartbeatEveryMs: number;
  /** An owner whose heartbeat is older than this has lost its sagas. */
  readonly silentAfterMs: number;
  readonly takeoverEveryMs: number;
  /** How many sagas are taken at once; full batches follow each other at the pace above. */
  readonly takeoverBatch: number;
  /** Nothing more is taken over while so many unfinished sagas of others are driven here. */
  readonly adoptedMax: number;
  readonly scanEveryMs: number;
  /** A saga of one's own that is this late was forgotten by memory. */
  readonly overdueByMs: number;
  /** How often a waiter looks at the row of a saga that another instance drives. */
  readonly pollEveryMs: number;
  /** The longest pause between two looks at a database that does not answer. */
  readonly rereadMaxMs: number;
}

export const ENGINE_DEFAULTS: EngineSettings = {
  backoffMinMs: 100,
  backoffMaxMs: 10_000,
  attentionAfterAttempts: 10,
  commandsPerQueueMax: 128,
  reservedPerQueue: 32,
  heartbeatEveryMs: 1_000,
  silentAfterMs: 5_000,
  takeoverEveryMs: 500,
  takeoverBatch: 500,
  adoptedMax: 10_000,
  scanEveryMs: 3_000,
  overdueByMs: 1_000,
  pollEveryMs: 250,
  rereadMaxMs: 2_000,
};
