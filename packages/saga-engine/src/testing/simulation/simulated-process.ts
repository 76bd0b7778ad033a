import type { SagaDefinition } from '../../core/define.js';
import { SagaDefinitionChanged } from '../../runtime/definition-record.js';
import { EngineStopped, SagaEngine, type EngineOptions } from '../../runtime/engine.js';
import type { OperatorAction, Signal } from '../../core/event.js';
import type { Signalled } from '../../runtime/signals.js';
import type { EngineLogger, OutgoingCommand } from '../../runtime/ports.js';
import { storedCopy } from '../../core/json.js';
import type { MemoryDatabase } from '../memory-database.js';
import { LOST, SimulatedStore, type StoreWitness } from './simulated-store.js';
import type { Actor, World } from './world.js';

/** How far a process is off when it thinks that it knows the database's time. */
const CLOCK_ERRORS_MS = [0, 30, -30, 1_400, -1_400];
/** What its own clock shows at the beginning: nothing may depend on it. */
const CLOCK_BEGINNINGS_MS = [0, 600_000, -600_000];

const NEVER = (): Promise<never> => new Promise(() => undefined);

export interface ProcessParts {
  readonly world: World;
  readonly database: MemoryDatabase;
  readonly engine: Pick<EngineOptions, 'settings' | 'counters'>;
  readonly seen: StoreWitness;
  /** A command got into its queue; the answer to it goes to this process. */
  deliver(command: OutgoingCommand, from: SimulatedProcess): void;
  died(process: SimulatedProcess): void;
}

/** An orchestrator: the real engine, in a process that may be paused or die at any moment. */
export class SimulatedProcess implements Actor {
  readonly engine: SagaEngine;
  readonly store: SimulatedStore;
  pausedUntilMs = 0;
  readonly startedAtMs: number;
  /** It was asked to stop: soon its heartbeat ends. */
  isLeaving = false;

  constructor(
    readonly id: string,
    /** Where its successor will be. */
    readonly place: string,
    /** The versions of sagas that this process was built with. */
    readonly known: readonly SagaDefinition[],
    private readonly parts: ProcessParts,
  ) {
    const { world, database, engine } = parts;
    this.startedAtMs = world.nowMs;
    const errorMs = world.chance.pick(CLOCK_ERRORS_MS);
    const beganAtMs = world.chance.pick(CLOCK_BEGINNINGS_MS);
    this.store = new SimulatedStore(id, this, world, database, parts.seen);
    this.engine = new SagaEngine({
      ...engine,
      definitions: known,
      store: this.store,
      sender: { send: (command) => this.send(command) },
      clock: { nowMs: () => database.nowMs() + errorMs },
      timers: {
        nowMs: () => world.nowMs - beganAtMs,
        after: (delayMs, then) =>
          this.isDead ? () => undefined : world.after(delayMs, then, this),
      },
      logger: this.logger(),
      random: () => world.chance.below(3) / 3,
      reached: (point) => {
        if (!this.isDead && world.fault(60)) this.die(`at ${point}`);
      },
    });
  }

  get isDead(): boolean {
    return this.pausedUntilMs === Infinity;
  }

  get isAwake(): boolean {
    return this.pausedUntilMs <= this.parts.world.nowMs;
  }

  /** It is there and works, and nothing of its own keeps its heartbeat away. */
  get isWell(): boolean {
    return this.isAwake && !this.isLeaving && !this.store.isHindered;
  }

  /** As a deployment stops it: cleanly, and its sagas are given up. */
  stop(drainMs?: number): void {
    this.isLeaving = true;
    const drained = drainMs === undefined ? Promise.resolve() : this.engine.drain(drainMs);
    drained
      .then(() => this.engine.stop())
      .then(
        () => this.die('in peace'),
        (error: unknown) => this.failed(error),
      );
  }

  /** The database's clock went back since its last heartbeat, which is now in the future. */
  dieInTheFuture(aheadMs: number): void {
    this.parts.database.heartbeats.set(this.id, this.parts.world.nowMs + aheadMs);
    this.die('suddenly');
  }

  /** Whatever it waits for comes only afterwards. */
  standStill(forMs: number): void {
    this.pausedUntilMs = this.parts.world.nowMs + forMs;
    this.store.hinderedAtMs = this.pausedUntilMs;
  }

  die(how: string): void {
    if (this.isDead) return;
    this.parts.world.tell(() => `${this.id} dies ${how}`);
    this.pausedUntilMs = Infinity;
    this.parts.world.forget(this);
    this.parts.died(this);
  }

  /** What an operator asks of it. What it says is done must be done. */
  operate(sagaId: string, action: OperatorAction): void {
    this.engine.operate(sagaId, action).then(
      (operated) => {
        const { world } = this.parts;
        const told = operated.kind === 'refused' ? `refused, ${operated.reason}` : operated.kind;
        world.tell(() => `${this.id} tells the operator: ${told}`);
        if (operated.kind !== 'done' || action !== 'compensate') return;
        const { phase } = operated.instance;
        if (phase === 'forward' || phase === 'done') world.breach(`compensate, and ${phase}`);
      },
      (error: unknown) => {
        // The operator is told that the database is away, or that nothing is driven here, and asks again.
        if (error !== LOST && !(error instanceof SagaDefinitionChanged)) this.failed(error);
      },
    );
  }

  /** What a signal's sender asks of it; without an answer it asks again, or does not. */
  signal(sagaId: string, signal: Signal, answered: (answer: Signalled) => void): void {
    this.engine.signal(sagaId, signal).then(
      (answer) => {
        if (!this.isDead) answered(answer);
      },
      (error: unknown) => {
        if (error !== LOST && !(error instanceof SagaDefinitionChanged)) this.failed(error);
      },
    );
  }

  /** What the engine lets through is either its own goodbye or a bug. */
  failed(error: unknown, told = 'threw'): void {
    if (error instanceof EngineStopped) return;
    this.parts.world.breach(`${this.id} ${told}: ${String(error)}`);
  }

  private send(made: OutgoingCommand): Promise<'accepted' | 'unroutable'> {
    const { world } = this.parts;
    const command = { ...made, data: storedCopy(made.data) };
    if (this.isDead) return NEVER();
    world.tell(() => `${this.id} sends ${titleOf(command)}`);
    if (world.isBrokerUnavailable) return Promise.reject(new Error('the broker is away'));
    if (!world.fault(24)) {
      this.parts.deliver(command, this);
      return Promise.resolve('accepted');
    }
    const how = world.chance.below(3);
    const what = ['finds no queue', 'finds no broker', 'loses the confirm'][how];
    world.tell(() => `${this.id} ${what}`);
    if (how === 0) return Promise.resolve('unroutable');
    if (how === 2) this.parts.deliver(command, this);
    return Promise.reject(new Error('the broker is away'));
  }

  private logger(): EngineLogger {
    const nothing = () => undefined;
    return {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: ({ err }: { err?: unknown }, message) => {
        if (err !== undefined) this.failed(err, message);
      },
    };
  }
}

export function titleOf({ sagaId, step, direction, attempt }: OutgoingCommand): string {
  return `${sagaId} ${step} ${direction} #${attempt}`;
}
