import type { Direction, SagaDefinition } from './define.js';
import { Driver, EngineStopped, type DriverPorts } from './driver.js';
import type { OperatorAction } from './event.js';
import { isOpen, type EndedSaga, type OpenSaga } from './instance.js';
import { pause } from './loop.js';
import { Operators, type Operated } from './operators.js';
import type {
  Clock,
  CommandSender,
  EngineCounters,
  EngineFaultPoint,
  EngineLogger,
  PreparedSaga,
  SagaStore,
  Timers,
} from './ports.js';
import type { Applied } from './resident.js';
import { ENGINE_DEFAULTS, type EngineSettings } from './settings.js';
import { Caretaker, definitionKey } from './takeover.js';
import { processTimers } from './timers.js';
import { prepare, type ReplyOutcome } from './transition.js';
import { Waiters } from './waiters.js';

export { EngineStopped } from './driver.js';
export type { Operated, OperatorRefusal } from './operators.js';
export type { Applied } from './resident.js';

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

/** A saga that was not started answers with whatever `persist` said instead of "inserted". */
export type Started<Other> = { kind: 'started'; instance: OpenSaga } | Other;

export interface ArrivedReply {
  readonly sagaId: string;
  readonly step: string;
  readonly direction: Direction;
  readonly attempt: number;
  readonly outcome: ReplyOutcome;
}

/**
 * The shell around the pure transition: starts sagas, takes their replies, wakes them, takes over
 * what others left, and tells those who wait for the end.
 */
export class SagaEngine {
  private readonly ports: DriverPorts;
  private readonly driver: Driver;
  private readonly caretaker: Caretaker;
  private readonly operators: Operators;
  private readonly waiters: Waiters;
  private readonly definitions: ReadonlyMap<string, SagaDefinition>;
  private isDraining = false;

  constructor(options: EngineOptions) {
    this.definitions = new Map(
      options.definitions.map((known) => [definitionKey(known.name, known.version), known]),
    );
    this.ports = {
      ...options,
      settings: { ...ENGINE_DEFAULTS, ...options.settings },
      counters: options.counters ?? { count: () => undefined },
      timers: options.timers ?? processTimers,
      random: options.random ?? Math.random,
      reached: options.reached ?? (() => undefined),
    };
    this.driver = new Driver(this.ports);
    this.caretaker = new Caretaker(this.driver, this.ports, this.definitions);
    this.operators = new Operators(this.driver, this.ports, this.definitions);
    const { store, logger, settings, timers } = this.ports;
    this.waiters = new Waiters(this.driver, store, logger, settings.pollEveryMs, timers);
  }

  /** How many unfinished sagas this instance drives. */
  get inFlight(): number {
    return this.driver.size;
  }

  /** How many were started here and still go forward: what admission should bound. */
  get newWork(): number {
    return this.driver.newWorkSize;
  }

  /** How many commands wait for a place in their queue. */
  get heldBack(): number {
    return this.driver.heldBack;
  }

  /** How many of these are parked: retried for so long that somebody has to look. */
  get needingAttention(): number {
    return this.driver.needingAttention;
  }

  /**
   * Starts a saga: committed first, by `persist` (which may do it in a transaction of its own, with
   * `insertSagas` of /postgres), then sent. Rejects when `persist` does: its outcome is then
   * unknown, and a saga that was committed after all is found by the scan.
   */
  start<Input>(request: StartRequest<Input>): Promise<Started<{ kind: 'exists' }>>;
  start<Input, Other extends { kind: string }>(
    request: StartRequest<Input>,
    persist: (prepared: PreparedSaga) => Promise<{ kind: 'inserted' } | Other>,
  ): Promise<Started<Other>>;
  async start<Input>(
    request: StartRequest<Input>,
    persist: (prepared: PreparedSaga) => Promise<{ kind: string }> = (prepared) =>
      this.ports.store.insert(prepared),
  ): Promise<Started<{ kind: string }>> {
    if (this.isDraining) throw new EngineStopped();
    const { sagaId, subjectId, input, requestId } = request;
    const definition = request.definition as SagaDefinition;
    if (!this.definitions.has(definitionKey(definition.name, definition.version))) {
      throw new Error(`this engine was not given the saga ${definition.name}`);
    }
    const owner = this.ports.store.instanceId;
    const nowMs = this.ports.clock.nowMs();
    const preparedAtMs = this.ports.timers.nowMs();
    const first = prepare(definition, { sagaId, subjectId, input, requestId, owner, nowMs });
    const persisted = await persist({ instance: first.instance, logs: first.logs });
    if (persisted.kind !== 'inserted') return persisted;
    this.ports.counters.count('started');
    if (!this.driver.stopped) this.driver.begin(definition, first, preparedAtMs);
    return { kind: 'started', instance: first.instance };
  }

  /**
   * Resolves once the reply is committed, or named a no-op (which is no error: acknowledge it).
   * Rejects with EngineStopped when it came too late for this instance.
   */
  async onReply(reply: ArrivedReply): Promise<Applied> {
    const { sagaId, step, direction, attempt, outcome } = reply;
    const resident = this.driver.find(sagaId);
    if (resident) {
      return this.driver.submit(resident, { kind: 'replied', step, direction, attempt, outcome });
    }
    if (this.driver.stopped) throw new EngineStopped();
    this.ports.counters.count('ignored');
    const reason = 'not-here';
    const { logger } = this.ports;
    logger.debug({ sagaId, step, direction, attempt, reason }, 'reply answers nothing awaited');
    return reason;
  }

  /** The ended saga, or undefined when it is still under way after `maxMs` or does not exist. */
  waitForEnd(sagaId: string, maxMs: number): Promise<EndedSaga | undefined> {
    return this.waiters.waitForEnd(sagaId, maxMs);
  }

  /** Does what a person asks of a saga, whichever instance drives it; this one does from then on. */
  operate(sagaId: string, action: OperatorAction): Promise<Operated> {
    return this.operators.operate(sagaId, action);
  }

  /** Sends every awaited command again, the same attempt: replies may be lost with their queue. */
  resendAwaited(): void {
    for (const resident of this.driver.all()) {
      // What waits to be sent names the new queue when its turn comes.
      if (!resident.isHeldBack) this.driver.submitQuietly(resident, { kind: 'resumed' });
    }
  }

  /** Sends at once what the broker would not take when it was tried: when it is back. */
  resendUnsent(): void {
    for (const resident of this.driver.all()) {
      const { instance } = resident;
      if (!isOpen(instance) || instance.waitingFor !== 'resend') continue;
      this.driver.submitQuietly(resident, { kind: 'resumed' });
    }
  }

  /** Begins heartbeat, takeover and scan; resolves with the first heartbeat. */
  run(): Promise<void> {
    return this.caretaker.start();
  }

  /** Takes no more sagas on and waits, up to `maxMs`, for those it drives to end. */
  async drain(maxMs: number): Promise<void> {
    this.isDraining = true;
    this.caretaker.takeNoMore();
    const { timers } = this.ports;
    const untilMs = timers.nowMs() + maxMs;
    while (this.driver.size > 0 && timers.nowMs() < untilMs) await pause(timers, 20);
  }

  /**
   * Ends what is in flight and gives all sagas up, for another instance to take at once. Never
   * rejects: an owner that cannot say goodbye is found silent instead.
   */
  async stop(): Promise<void> {
    this.isDraining = true;
    await this.caretaker.stop();
    await this.driver.stop();
    try {
      await this.ports.store.release();
    } catch (err) {
      this.ports.logger.warn({ err }, 'could not give the sagas up, others will wait for silence');
    }
  }
}
