import type { Direction } from '../core/define.js';
import type { SagaEvent } from '../core/event.js';
import type { RecordedDefinition } from '../core/fingerprint.js';
import type {
  OpenSaga,
  SagaInstance,
  SagaLog,
  SagaLogEntry,
  WaitingSaga,
} from '../core/instance.js';
import type { SagaNote, SagaNoteEntry } from '../core/note.js';
import type { SignalAnswer } from '../core/signal.js';

/** A saga ready to be inserted: its first state names the first command. */
export interface PreparedSaga {
  readonly instance: OpenSaga;
  readonly logs: readonly SagaLog[];
}

/** One transition to be made durable: it follows `before`, or it is refused. */
export interface SagaWrite {
  readonly before: OpenSaga;
  readonly instance: SagaInstance;
  readonly logs: readonly SagaLog[];
  /** Written with it; undefined when there are none. */
  readonly notes?: readonly SagaNote[] | undefined;
}

/** A signal and what its sender was told; written once, with what the signal did. */
export interface SignalRecord {
  readonly sagaId: string;
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly answer: SignalAnswer;
}

/**
 * What became of the record of a signal that changes nothing. Its guard fails when the saga has moved
 * on or the id is on record; too many are SIGNALS_RECORDED_MAX. Then nothing was written.
 */
export type SignalRecorded = 'recorded' | 'guard-failed' | 'too-many';

/** A transition from outside: it follows the version of `before`, whoever owns the saga. */
export interface SagaMove {
  readonly before: OpenSaga | WaitingSaga;
  readonly instance: SagaInstance;
  readonly logs: readonly SagaLog[];
  readonly notes?: readonly SagaNote[] | undefined;
  /** Recorded in the same commit; nothing is written when its id is on record already. */
  readonly signal: SignalRecord | undefined;
}

export interface KnownDefinition {
  readonly name: string;
  readonly version: number;
}

export interface TakeOverRequest {
  readonly limit: number;
  /**
   * An owner is silent when its heartbeat is as old as this, or is as far in the future (the
   * clock of the database went back). With Infinity, only sagas that were given up are taken: those
   * whose owner has no heartbeat at all. An engine that is silent itself takes nothing.
   */
  readonly silentAfterMs: number;
  /** Sagas of any other definition or version are left to the engines that know them. */
  readonly definitions: readonly KnownDefinition[];
}

export type TakeDueRequest = Pick<TakeOverRequest, 'limit' | 'definitions'>;

/** A saga that was taken over, and its owner before, where the store tells it. */
export type TakenSaga = OpenSaga & { readonly formerOwner?: string };

/**
 * Stores sagas. A rejected promise means that the database did not answer: the outcome of a
 * write is then unknown, and the row has to be read again.
 */
export interface SagaStore {
  /** This engine's id; new for every process start. */
  readonly instanceId: string;
  insert(prepared: PreparedSaga): Promise<{ kind: 'inserted' } | { kind: 'exists' }>;
  /** State, log rows and deadline in one commit; nothing at all when the guard fails. */
  save(write: SagaWrite): Promise<'saved' | 'guard-failed'>;
  load(sagaId: string): Promise<SagaInstance | undefined>;
  /** Writes a transition that a signal or an operator causes; the guard asks for the version only. */
  move(move: SagaMove): Promise<'saved' | 'guard-failed'>;
  /** Records a signal that changes nothing. */
  recordSignal(record: SignalRecord, version: number): Promise<SignalRecorded>;
  /** What is on record of a signal. */
  signal(sagaId: string, signalId: string): Promise<SignalRecord | undefined>;
  /**
   * Takes waiting sagas whose time has come, the latest first, raising version and epoch: they are
   * this engine's from then on, and leave their wait. Skips rows that are locked. No saga that
   * waits for longer is read.
   */
  takeDue(request: TakeDueRequest): Promise<OpenSaga[]>;
  /** Takes sagas of silent owners, raising version and epoch; skips rows that are locked. */
  takeOver(request: TakeOverRequest): Promise<TakenSaga[]>;
  /**
   * Makes this engine the owner of an unfinished saga, whatever its owner is, raising version and
   * epoch: the next write of the former owner fails its guard. Undefined when the row has changed.
   */
  seize(seen: OpenSaga): Promise<OpenSaga | undefined>;
  /** Sagas of this owner whose wake-up passed at least `overdueByMs` ago, the latest first. */
  ownOverdue(request: { limit: number; overdueByMs: number }): Promise<OpenSaga[]>;
  /** Writes the heartbeat of this owner, on a separate connection. */
  heartbeat(): Promise<void>;
  /** Removes the heartbeat, so that other engines can take over its sagas at once. */
  release(): Promise<void>;
  /**
   * Records definitions, each under its name and version, unless there is one already. Answers what
   * is recorded of them: what the first engine recorded counts for all.
   */
  recordDefinitions(own: readonly RecordedDefinition[]): Promise<RecordedDefinition[]>;
  /** Whether a saga of this definition and version is unfinished, whatever its owner is. */
  hasUnfinished(definition: KnownDefinition): Promise<boolean>;
  /** The log of a saga, oldest first. */
  history(sagaId: string): Promise<SagaLogEntry[]>;
  /** The notes of a saga, oldest first. */
  notes(sagaId: string): Promise<SagaNoteEntry[]>;
}

/** A command on its way to a participant. */
export interface OutgoingCommand {
  /**
   * `sagaId:step:do|undo`: the same for every attempt, so that participants can recognise a repeat.
   */
  readonly id: string;
  readonly sagaId: string;
  readonly subjectId: string;
  /** The definition of its saga, by name and version: sagas may share the names of steps. */
  readonly definition: string;
  readonly definitionVersion: number;
  readonly step: string;
  readonly direction: Direction;
  readonly attempt: number;
  readonly requestId: string | undefined;
  readonly queue: string;
  readonly pattern: string;
  /** As the definition made it; the participant gets it as JSON. */
  readonly data: unknown;
  /** After this long its answer is no longer waited for, so it may expire in its queue. */
  readonly replyTimeoutMs: number;
}

export interface CommandSender {
  /**
   * Rejects when the broker is away or its answer was lost; the command is then sent again. Also
   * rejects when JSON cannot hold the data; the engine then finds out why, and does not send it
   * again.
   */
  send(command: OutgoingCommand): Promise<'accepted' | 'unroutable'>;
}

export interface Clock {
  /** Database time; never the process's own. Throws until the database has answered once. */
  nowMs(): number;
}

/** Waits inside the process, by a monotonic clock that is not the database's. */
export interface Timers {
  nowMs(): number;
  /** Calls `then` once, no sooner than after `delayMs`; the function returned cancels it. */
  after(delayMs: number, then: () => void): () => void;
}

export interface EngineLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What an engine counts. */
export type EngineCount =
  | 'started'
  | 'replied'
  | 'ignored'
  | 'retried'
  | 'unsent'
  | 'guard-failed'
  | 'outcome-unknown'
  | 'taken-over'
  | 'found-again'
  | 'dropped'
  | 'attention'
  | 'operated'
  | 'signalled'
  | 'waiting'
  | 'timed-out'
  | 'done'
  | 'undone';

export interface EngineCounters {
  count(name: EngineCount): void;
}

/** Called with what an engine commits. What it throws is logged, and changes nothing. */
export interface SagaObserver {
  /** Called after each commit of a saga, in order; `event` caused the transition. */
  committed(before: SagaInstance, event: SagaEvent['kind'], after: SagaInstance): void;
}

/** Where a test may stop the engine. */
export type EngineFaultPoint =
  | 'after-commit-before-publish'
  | 'after-publish'
  | 'reply-before-commit'
  | 'commit-before-ack'
  | 'mid-takeover';
