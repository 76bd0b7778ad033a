/**
 * The database answered, and refuses this one write: nothing of it is stored, and the same write
 * would be refused again. Every other error of a store leaves the outcome unknown.
 */
export class WriteRefused extends Error {
  constructor(
    /** The database's own code (an SQLSTATE), or the one it would have given. */
    readonly code: string,
    why: string,
    cause?: unknown,
  ) {
    super(why, { cause });
    this.name = 'WriteRefused';
  }
}

/**
 * Another session keeps the row locked: nothing of this write is stored, and the same write passes
 * once the row is free.
 */
export class RowLocked extends Error {
  constructor(cause: unknown) {
    super('the row is locked by another session', { cause });
    this.name = 'RowLocked';
  }
}

/** A saga that cannot be started as it was asked for; nothing was recorded. */
export class StartRefused extends Error {
  constructor(
    readonly member: 'definition' | 'sagaId' | 'subjectId' | 'input' | 'requestId',
    why: string,
    cause?: unknown,
  ) {
    super(`the saga cannot be started: its ${member} ${why}`, { cause });
    this.name = 'StartRefused';
  }
}

/** A signal that no saga can be given; nothing was recorded. */
export class InvalidSignal extends Error {
  constructor(
    readonly member: 'id' | 'name' | 'data',
    why: string,
    cause?: unknown,
  ) {
    super(`the signal cannot be given: its ${member} ${why}`, { cause });
    this.name = 'InvalidSignal';
  }
}

/** The engine is stopping: nothing was done, and another instance will take the saga. */
export class EngineStopped extends Error {
  constructor() {
    super('the saga engine is stopping');
    this.name = 'EngineStopped';
  }
}
