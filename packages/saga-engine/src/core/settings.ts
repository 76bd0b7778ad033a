export interface SendWindowSettings {
  /** Commands in one queue that are sent and not answered; more than these wait here. */
  readonly commandsPerQueueMax: number;
  /**
   * How many of these places are for undos and commands from the pivot on only, and how many for
   * all other commands only; at most half of all places each.
   */
  readonly reservedPerQueue: number;
}

/** How failed attempts are repeated; the only settings a transition reads. */
export interface RetrySettings {
  /** The first retry waits about this long, and each further one twice as long, */
  readonly backoffMinMs: number;
  /** up to this long. */
  readonly backoffMaxMs: number;
  /** An undo, or a step from the pivot on, that failed this often needs attention. */
  readonly attentionAfterAttempts: number;
  /**
   * Codes of faults after which a step is tried again until its deadline, however many attempts
   * that takes: they say that nothing was done and that waiting helps [none].
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
  /** How often waits are looked for whose time has come. */
  readonly dueEveryMs: number;
  readonly scanEveryMs: number;
  /** An own saga that is this late is not in memory, and is read from its row. */
  readonly overdueByMs: number;
  /** How often the row of a saga is read while a caller waits and another instance drives it. */
  readonly pollEveryMs: number;
  /** The longest pause between two tries to read from a database that does not answer. */
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
  dueEveryMs: 1_000,
  scanEveryMs: 3_000,
  overdueByMs: 1_000,
  pollEveryMs: 250,
  rereadMaxMs: 2_000,
};
