import type { RecordedDefinition } from '../../fingerprint.js';
import type { OpenSaga, SagaInstance, SagaLogEntry } from '../../instance.js';
import { isOpen } from '../../instance.js';
import type { PreparedSaga, SagaStore, SagaWrite, TakeOverRequest } from '../../ports.js';
import type { MemoryDatabase } from '../memory-database.js';
import type { Actor, World } from './world.js';

/** What a statement without an answer is rejected with. */
export const LOST = new Error('connection lost');
/** One statement in this many goes another way than it should. */
const UNUSUAL_ONCE_IN = 24;

/** The store of one process: it may be slow, and what became of a statement may be unknown. */
export class SimulatedStore implements SagaStore {
  /** Heartbeats fail until then. */
  silencedUntilMs = 0;

  constructor(
    readonly instanceId: string,
    private readonly actor: Actor,
    private readonly world: World,
    private readonly database: MemoryDatabase,
    private readonly committed: (instance: OpenSaga) => void,
  ) {}

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
      if (saved === 'saved') this.note(write.instance, 'commits');
      else this.world.tell(() => `${this.instanceId} fails the guard: ${named(write.instance)}`);
      return saved;
    });
  }

  load(sagaId: string): Promise<SagaInstance | undefined> {
    return this.trip('load', () => this.database.load(sagaId));
  }

  takeOver(request: TakeOverRequest): Promise<OpenSaga[]> {
    return this.trip('takeover', () => {
      const taken = this.database.takeOver(this.instanceId, request);
      for (const saga of taken) this.note(saga, 'takes over');
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
    if (this.world.nowMs < this.silencedUntilMs) return Promise.reject(LOST);
    return this.trip('heartbeat', () => {
      this.database.heartbeats.set(this.instanceId, this.world.nowMs);
    });
  }

  release(): Promise<void> {
    return this.trip('release', () => void this.database.heartbeats.delete(this.instanceId));
  }

  recordDefinitions(own: readonly RecordedDefinition[]): Promise<RecordedDefinition[]> {
    return this.trip('record', () => this.database.recordDefinitions(own));
  }

  history(sagaId: string): Promise<SagaLogEntry[]> {
    return this.trip('history', () => this.database.history(sagaId));
  }

  private note(instance: SagaInstance, did: string): void {
    if (isOpen(instance)) this.committed(instance);
    this.world.tell(() => `${this.instanceId} ${did}: ${named(instance)}`);
  }

  /** Nothing ever comes back to a process that died, yet what it sent may still be committed. */
  private trip<Answer>(what: string, statement: () => Answer): Promise<Answer> {
    const { world, actor } = this;
    if (actor.pausedUntilMs === Infinity) return new Promise(() => undefined);
    if (!world.fault(UNUSUAL_ONCE_IN)) return settled(statement);
    const how = world.chance.below(4);
    const name = `${this.instanceId}'s ${what}`;
    if (how === 1) return this.failed(`${name} is lost`);
    if (how === 2) {
      settled(statement).catch(() => undefined);
      return this.failed(`${name} is done, its answer lost`);
    }
    if (how === 3) {
      world.later(name, () => void settled(statement).catch(() => undefined));
      return this.failed(`${name} times out, and is still under way`);
    }
    world.tell(() => `${name} is slow`);
    return new Promise((resolve) => {
      world.later(name, () => {
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
