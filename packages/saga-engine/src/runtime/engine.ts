import type { Direction, SagaDefinition } from '../core/define.js';
import { DefinitionRecord } from './definition-record.js';
import { Driver, type DriverPorts } from './driver.js';
import { EngineStopped } from './refused.js';
import type { ActedBy, OperatorAction } from '../core/event.js';
import { normalId } from '../core/ids.js';
import { isOpen, type EndedSaga, type OpenSaga, type WaitingSaga } from '../core/instance.js';
import { pause } from './loop.js';
import { Operators, type Operated } from './operators.js';
import type {
  Clock,
  CommandSender,
  EngineCounters,
  EngineFaultPoint,
  EngineLogger,
  PreparedSaga,
  SagaObserver,
  SagaStore,
  Timers,
} from './ports.js';
import type { Applied } from './active-saga.js';
import type { EngineSettings } from '../core/settings.js';
import { engineSettings } from '../core/settings-check.js';
import { OwnershipService, definitionKey } from './ownership.js';
import { isSameStart, Starts } from './starts.js';
import { processTimers } from './timers.js';
import type { ReplyOutcome, Signal } from '../core/transition.js';
import { Signals, type Signalled } from './signals.js';
import { Waiters } from './waiters.js';

export { EngineStopped } from './refused.js';
export type { Operated, OperatorRefusal } from './operators.js';
export type { Applied } from './active-saga.js';
export type { Signalled } from './signals.js';

export interface EngineOptions {
  /** All sagas, in every version that unfinished ones may still have. */
  readonly definitions: readonly SagaDefinition[];
  readonly store: SagaStore;
  readonly sender: CommandSender;
  readonly clock: Clock;
  readonly logger: EngineLogger;
  readonly settings?: Partial<EngineSettings>;
  readonly counters?: EngineCounters;
  /** From 0 up to 1; only tests give another. */
  readonly random?: () => number;
  /** Those of the process, unless time is simulated. */
  readonly timers?: Timers;
  readonly observer?: SagaObserver;
  /** Called at every fault point. */
  readonly reached?: (point: EngineFaultPoint) => void;
}

export interface StartRequest<Input> {
  readonly definition: SagaDefinition<Input>;
  /** Made by the caller, so that a repeated start is seen to be one. */
  readonly sagaId: string;
  readonly subjectId: string;
  readonly input: Input;
  readonly requestId?: string;
}

/** For a saga that was not started, what `persist` answered instead of "inserted". */
export type Started<Other> = { kind: 'started'; instance: OpenSaga } | Other;

/** Why a saga was not started: it is there already, with the same input or with another one. */
export type NotStarted = { kind: 'exists' } | { kind: 'other-input' };

export interface ArrivedReply {
  readonly sagaId: string;
  readonly step: string;
  readonly direction: Direction;
  readonly attempt: number;
  readonly outcome: ReplyOutcome;
}

/**
 * Drives sagas by the pure transition: starts them, takes their replies, wakes them, takes over
 * what other instances left, and answers callers that wait for the end.
 */
export class SagaEngine {
  private readonly ports: DriverPorts;
  private readonly driver: Driver;
  private readonly ownership: OwnershipService;
  private readonly operators: Operators;
  private readonly signals: Signals;
  private readonly starts: Starts;
  private readonly record: DefinitionRecord;
  private readonly waiters: Waiters;
  private readonly definitions: ReadonlyMap<string, SagaDefinition>;
  private isDraining = false;

  /** Throws EngineSettingsError, naming every problem of the settings. */
  constructor(options: EngineOptions) {
    this.definitions = new Map(
      options.definitions.map((known) => [definitionKey(known.name, known.version), known]),
    );
    this.ports = {
      ...options,
      settings: engineSettings(options.settings),
      observer: options.observer,
      counters: options.counters ?? { count: () => undefined },
      timers: options.timers ?? processTimers,
      random: options.random ?? Math.random,
      reached: options.reached ?? (() => undefined),
    };
    this.driver = new Driver(this.ports);
    this.ownership = new OwnershipService(this.driver, this.ports, this.definitions);
    this.operators = new Operators(this.driver, this.ports, this.definitions);
    this.signals = new Signals(this.driver, this.ports, this.definitions);
    this.record = new DefinitionRecord(this.ports, this.definitions);
    this.starts = new Starts(this.driver, this.ports, this.definitions);
    const { store, logger, settings, timers } = this.ports;
    this.waiters = new Waiters(this.driver, store, logger, settings.pollEveryMs, timers);
  }

  /** How many unfinished sagas this instance drives. */
  get inFlight(): number {
    return this.driver.sagas.size;
  }

  /** How many were started here and still go forward: what admission should bound. */
  get newWork(): number {
    return this.driver.sagas.newWorkSize;
  }

  /** How many commands wait for a place in their queue. */
  get heldBack(): number {
    return this.driver.heldBack;
  }

  /** How many of these are parked: retried for so long that an operator must act. */
  get needingAttention(): number {
    return this.driver.sagas.needingAttention;
  }

  /**
   * Starts a saga. It is committed first, then its first command is sent. `persist` may commit it
   * in a transaction of your own, with `insertSagas` of /postgres. When the promise rejects, the
   * outcome of the commit is unknown: start again under the same id. A saga that was committed
   * after all is then driven, and the answer is `exists`, or `other-input` when its input differs.
   * A `persist` that answers `exists` has compared the input itself. Rejects with StartRefused for
   * a request that cannot be recorded.
   */
  start<Input>(request: StartRequest<Input>): Promise<Started<NotStarted>>;
  start<Input, Other extends { kind: string }>(
    request: StartRequest<Input>,
    persist: (prepared: PreparedSaga) => Promise<{ kind: 'inserted' } | Other>,
  ): Promise<Started<Other>>;
  async start<Input>(
    request: StartRequest<Input>,
    persist?: (prepared: PreparedSaga) => Promise<{ kind: string }>,
  ): Promise<Started<{ kind: string }>> {
    if (this.isDraining) throw new EngineStopped();
    const definition = request.definition as SagaDefinition;
    const preparedAtMs = this.ports.timers.nowMs();
    const first = this.starts.prepare(definition, request);
    if (!this.record.isPassed) await this.checkDefinitions();
    const prepared = { instance: first.instance, logs: first.logs };
    const persisted = await (persist ? persist(prepared) : this.ports.store.insert(prepared));
    if (persisted.kind !== 'inserted') {
      return this.notStarted(first.instance, persisted, persist === undefined);
    }
    this.ports.counters.count('started');
    if (!this.driver.stopped) this.driver.begin(definition, first, preparedAtMs);
    return { kind: 'started', instance: first.instance };
  }

  private checkDefinitions(): Promise<void> {
    return this.record.check(() => this.driver.stopped);
  }

  private async notStarted(
    asked: OpenSaga,
    persisted: { kind: string; sagaId?: unknown },
    comparesInput: boolean,
  ): Promise<{ kind: string }> {
    const { kind, sagaId = asked.sagaId } = persisted;
    if (kind !== 'exists' || sagaId !== asked.sagaId) return persisted;
    const looking = this.starts.takeUp(asked.sagaId);
    // When `persist` has compared the input, this may fail: the scan finds the saga, too.
    const there = await (comparesInput ? looking : looking.catch(() => undefined));
    return comparesInput && there && !isSameStart(asked, there)
      ? { kind: 'other-input' }
      : persisted;
  }

  /**
   * Resolves once the reply is committed, or with the reason why it changes nothing (no error:
   * acknowledge it). Rejects with EngineStopped when it came too late for this instance.
   */
  async onReply(reply: ArrivedReply): Promise<Applied> {
    const { step, direction, attempt, outcome } = reply;
    const sagaId = normalId(reply.sagaId);
    const active = this.driver.sagas.find(sagaId);
    if (active) {
      return this.driver.submit(active, { kind: 'replied', step, direction, attempt, outcome });
    }
    if (this.driver.stopped) throw new EngineStopped();
    this.ports.counters.count('ignored');
    const reason = 'not-here';
    const { logger } = this.ports;
    logger.debug({ sagaId, step, direction, attempt, reason }, 'reply ignored: not awaited');
    return reason;
  }

  /** The ended saga, or undefined when it is still under way after `maxMs` or does not exist. */
  waitForEnd(sagaId: string, maxMs: number): Promise<EndedSaga | undefined> {
    return this.waiters.waitForEnd(normalId(sagaId), maxMs);
  }

  /** As waitForEnd, for a saga that waits, too: the one that has nothing to do for now. */
  waitForRest(sagaId: string, maxMs: number): Promise<EndedSaga | WaitingSaga | undefined> {
    return this.waiters.waitForRest(normalId(sagaId), maxMs);
  }

  /**
   * Does what an operator asks of a saga; the note of it says who asked, and why. This instance drives
   * it from then on, whatever its owner was.
   */
  async operate(sagaId: string, action: OperatorAction, by?: ActedBy): Promise<Operated> {
    if (!this.record.isPassed) await this.checkDefinitions();
    return this.operators.operate(normalId(sagaId), action, by);
  }

  /**
   * Gives a signal to a saga, whatever its owner is: a wait or the saga ends by it, or it is kept for
   * a later wait, or refused. The same id is the same signal, and gets the same answer. When the
   * promise rejects, it may have had its effect: send it again. Rejects with InvalidSignal for what
   * cannot be recorded.
   */
  async signal(sagaId: string, signal: Signal): Promise<Signalled> {
    if (!this.record.isPassed) await this.checkDefinitions();
    return this.signals.signal(normalId(sagaId), signal);
  }

  /**
   * Sends every awaited command again, as the same attempt. For when replies may be lost: a reply
   * queue was.
   */
  resendAwaited(): void {
    for (const active of this.driver.sagas.all()) {
      // What waits to be sent names the new queue when its turn comes.
      if (!active.isHeldBack) this.driver.submitQuietly(active, { kind: 'resumed' });
    }
  }

  /** Sends at once the commands that the broker did not take: for when it is back. */
  resendUnsent(): void {
    for (const active of this.driver.sagas.all()) {
      const { instance } = active;
      if (!isOpen(instance) || instance.waitingFor !== 'resend') continue;
      this.driver.submitQuietly(active, { kind: 'resumed' });
    }
  }

  /**
   * Begins heartbeat, takeover and scan; resolves with the first heartbeat. Rejects with
   * SagaDefinitionChanged, having done nothing, when a definition is another one than is on record
   * under its name and version.
   */
  async run(): Promise<void> {
    await this.checkDefinitions();
    await this.ownership.start();
  }

  /**
   * Whether no saga of this definition and version is unfinished, in the whole database: the
   * engines need the definition no longer. Ask once no running engine starts sagas by it any more.
   */
  async drained(name: string, version: number): Promise<boolean> {
    return !(await this.ports.store.hasUnfinished({ name, version }));
  }

  /** Starts and takes over no more sagas, and waits up to `maxMs` for those it drives to end. */
  async drain(maxMs: number): Promise<void> {
    this.isDraining = true;
    this.ownership.takeNoMore();
    const { timers } = this.ports;
    const untilMs = timers.nowMs() + maxMs;
    while (this.driver.sagas.size > 0 && timers.nowMs() < untilMs) await pause(timers, 20);
  }

  /**
   * Ends what is in flight and gives all sagas up, so that another instance can take them at once.
   * Never rejects: when this cannot be written, the others wait until this owner counts as silent.
   */
  async stop(): Promise<void> {
    this.isDraining = true;
    await this.ownership.stop();
    await this.driver.stop();
    try {
      await this.ports.store.release();
    } catch (err) {
      this.ports.logger.warn({ err }, 'could not release the sagas; takeover will be later');
    }
  }
}
