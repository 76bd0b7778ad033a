import type { RecordedDefinition } from '../../core/fingerprint.js';
import type { OpenSaga, SagaInstance, SagaLogEntry } from '../../core/instance.js';
import { isOpen } from '../../core/instance.js';
import type { SagaNoteEntry } from '../../core/note.js';
import type {
  KnownDefinition,
  PreparedSaga,
  SagaMove,
  SagaStore,
  SagaWrite,
  SignalRecord,
  SignalRecorded,
  TakeDueRequest,
  TakeOverRequest,
} from '../../runtime/ports.js';
import type { MemoryDatabase } from '../memory-database.js';
import type { Actor, World } from './world.js';

/** What a statement without an answer is rejected with. */
export const LOST = new Error('connection lost');
/** One statement in this many goes another way than it should. */
const UNUSUAL_ONCE_IN = 24;
/** A heartbeat under way for longer is slow. */
const SLOW_MS = 500;
/** After a delay of its own the next heartbeat comes within this time. */
const GRACE_MS = 2_500;

/** Is told what was committed. */
export interface StoreWitness {
  committed(instance: OpenSaga): void;
  saved(write: SagaWrite, by: string): void;
  /** Its process got no answer: it may have been committed, or be so later. */
  savedUnknown(write: SagaWrite): void;
  tookOver(saga: OpenSaga, from: string): void;
}

/** The store of one process: it may be slow, and what became of a statement may be unknown. */
export class SimulatedStore implements SagaStore {
  /** Heartbeats fail until then. */
  silencedUntilMs = 0;
  /** The last moment at which something kept the heartbeat of this process alone away. */
  hinderedAtMs = -Infinity;
  /** Without one written nothing is begun: the time of the database is not known. */
  private isKnown = false;
  private beatingSinceMs: number | undefined;

  constructor(
    readonly instanceId: string,
    private readonly actor: Actor,
    private readonly world: World,
    private readonly database: MemoryDatabase,
    private readonly seen: StoreWitness,
  ) {}

  /** Something of its own, no outage of all, may have kept its heartbeat away until just now. */
  get isHindered(): boolean {
    const { nowMs } = this.world;
    const slowSinceMs = this.beatingSinceMs ?? nowMs;
    const isLate = nowMs - this.hinderedAtMs < GRACE_MS || nowMs - slowSinceMs > SLOW_MS;
    return isLate || !this.isKnown;
  }

  insert(prepared: PreparedSaga): Promise<{ kind: 'inserted' } | { kind: 'exists' }> {
    return this.trip('insert', () => {
      if (!this.database.insert(prepared)) return { kind: 'exists' };
      this.note(prepared.instance, 'starts');
      return { kind: 'inserted' };
    });
  }

  save(write: SagaWrite): Promise<'saved' | 'guard-failed'> {
    return this.trip('save', () => {
      const saved = this.database.save(this.instanceId, write);
      if (saved === 'saved') {
        this.seen.saved(write, this.instanceId);
        this.note(write.instance, 'commits');
      } else {
        this.world.tell(() => `${this.instanceId} fails the guard: ${named(write.instance)}`);
      }
      return saved;
    }).catch((error: unknown) => {
      if (error === LOST) this.seen.savedUnknown(write);
      throw error;
    });
  }

  move(move: SagaMove): Promise<'saved' | 'guard-failed'> {
    return this.trip('move', () => {
      const saved = this.database.move(move);
      if (saved === 'saved') this.note(move.instance, 'moves');
      return saved;
    });
  }

  recordSignal(record: SignalRecord, version: number): Promise<SignalRecorded> {
    return this.trip('record of a signal', () => this.database.recordSignal(record, version));
  }

  signal(sagaId: string, signalId: string): Promise<SignalRecord | undefined> {
    return this.trip('question', () => this.database.signal(sagaId, signalId));
  }

  takeDue(request: TakeDueRequest): Promise<OpenSaga[]> {
    return this.trip('timer', () => {
      const taken = this.database.takeDue(this.instanceId, request);
      for (const saga of taken) this.note(saga, 'wakes');
      return taken;
    });
  }

  load(sagaId: string): Promise<SagaInstance | undefined> {
    return this.trip('load', () => this.database.load(sagaId));
  }

  takeOver(request: TakeOverRequest): Promise<OpenSaga[]> {
    return this.trip('takeover', () => {
      const { rows } = this.database;
      const owners = new Map([...rows].map(([id, { instance }]) => [id, instance.owner]));
      const taken = this.database.takeOver(this.instanceId, request);
      for (const saga of taken) {
        this.note(saga, 'takes over');
        this.seen.tookOver(saga, owners.get(saga.sagaId)!);
      }
      return taken;
    });
  }

  seize(seen: OpenSaga): Promise<OpenSaga | undefined> {
    return this.trip('seizure', () => {
      const seized = this.database.seize(this.instanceId, seen);
      if (seized) this.note(seized, 'seizes');
      return seized;
    });
  }

  ownOverdue(request: { limit: number; overdueByMs: number }): Promise<OpenSaga[]> {
    return this.trip('scan', () => this.database.ownOverdue(this.instanceId, request));
  }

  heartbeat(): Promise<void> {
    const { world } = this;
    if (world.nowMs < this.silencedUntilMs) {
      this.hinderedAtMs = world.nowMs;
      return Promise.reject(LOST);
    }
    this.beatingSinceMs = world.nowMs;
    return this.trip('heartbeat', () => {
      this.database.heartbeats.set(this.instanceId, world.nowMs);
    }).then(
      () => {
        this.isKnown = true;
        this.beaten(true);
      },
      (error: unknown) => {
        this.beaten(world.isDatabaseAway);
        throw error;
      },
    );
  }

  /** Written, or kept away by an outage of all, unless it took too long. */
  private beaten(isWell: boolean): void {
    const { nowMs } = this.world;
    const isSlow = nowMs - this.beatingSinceMs! > SLOW_MS;
    this.beatingSinceMs = undefined;
    if (!isWell || isSlow) this.hinderedAtMs = nowMs;
  }

  release(): Promise<void> {
    return this.trip('release', () => void this.database.heartbeats.delete(this.instanceId));
  }

  recordDefinitions(own: readonly RecordedDefinition[]): Promise<RecordedDefinition[]> {
    return this.trip('record', () => this.database.recordDefinitions(own));
  }

  hasUnfinished(definition: KnownDefinition): Promise<boolean> {
    return this.trip('unfinished', () => this.database.hasUnfinished(definition));
  }

  history(sagaId: string): Promise<SagaLogEntry[]> {
    return this.trip('history', () => this.database.history(sagaId));
  }

  notes(sagaId: string): Promise<SagaNoteEntry[]> {
    return this.trip('notes', () => this.database.notes(sagaId));
  }

  private note(instance: SagaInstance, did: string): void {
    if (isOpen(instance)) this.seen.committed(instance);
    this.world.tell(() => `${this.instanceId} ${did}: ${named(instance)}`);
  }

  /** Nothing ever comes back to a process that died, yet what it sent may still be committed. */
  private trip<Answer>(what: string, statement: () => Answer): Promise<Answer> {
    const { world, actor } = this;
    if (actor.pausedUntilMs === Infinity) return new Promise(() => undefined);
    if (world.isDatabaseAway) return Promise.reject(LOST);
    if (!world.fault(UNUSUAL_ONCE_IN)) return settled(statement);
    const how = world.chance.below(4);
    const name = `${this.instanceId}'s ${what}`;
    if (how === 1) return this.failed(`${name} is lost`);
    if (how === 2) {
      settled(statement).catch(() => undefined);
      return this.failed(`${name} is done, its answer lost`);
    }
    if (how === 3) {
      world.later(name, () => {
        if (!world.isDatabaseAway) settled(statement).catch(() => undefined);
      });
      return this.failed(`${name} times out, and is still under way`);
    }
    world.tell(() => `${name} is slow`);
    return new Promise((resolve, reject) => {
      world.later(name, () => {
        if (world.isDatabaseAway) return reject(LOST);
        const answer = settled(statement);
        answer.catch(() => undefined);
        world.put('answer', `the answer to ${name}`, () => resolve(answer), actor);
      });
    });
  }

  private failed(why: string): Promise<never> {
    this.world.tell(() => why);
    return Promise.reject(LOST);
  }
}

/** What a statement answers, or that it is refused. */
function settled<Answer>(statement: () => Answer): Promise<Answer> {
  try {
    return Promise.resolve(statement());
  } catch (error) {
    return Promise.reject(error);
  }
}

function named(instance: SagaInstance): string {
  const { sagaId, version } = instance;
  if (!isOpen(instance)) return `${sagaId} is ${instance.phase} (version ${version})`;
  const { awaited, attempt, waitingFor } = instance;
  return `${sagaId} awaits ${awaited}, ${waitingFor} #${attempt} (version ${version})`;
}
