import { randomUUID } from 'node:crypto';
import type { RecordedDefinition } from '../core/fingerprint.js';
import type { OpenSaga, SagaInstance, SagaLogEntry } from '../core/instance.js';
import type { SagaNoteEntry } from '../core/note.js';
import type {
  Clock,
  KnownDefinition,
  PreparedSaga,
  SagaMove,
  SagaStore,
  SagaWrite,
  SignalRecord,
  SignalRecorded,
  TakeDueRequest,
  TakeOverRequest,
} from '../runtime/ports.js';
import { MemoryDatabase } from './memory-database.js';

/** A saga store without a database server, with the guard and the takeovers of the real one. */
export class MemorySagaStore implements SagaStore {
  readonly instanceId = randomUUID();
  /** The next save fails with this error, before or after it was committed. */
  loseNextCommit: 'before' | 'after' | undefined;

  constructor(private readonly database: MemoryDatabase = new MemoryDatabase()) {}

  get clock(): Clock {
    return this.database;
  }

  async insert(prepared: PreparedSaga): Promise<{ kind: 'inserted' } | { kind: 'exists' }> {
    await this.trip();
    return { kind: this.database.insert(prepared) ? 'inserted' : 'exists' };
  }

  async save(write: SagaWrite): Promise<'saved' | 'guard-failed'> {
    await this.trip();
    const lost = this.loseNextCommit;
    this.loseNextCommit = undefined;
    if (lost === 'before') throw new Error('connection lost');
    const saved = this.database.save(this.instanceId, write);
    if (lost === 'after' && saved === 'saved') throw new Error('connection lost');
    return saved;
  }

  async load(sagaId: string): Promise<SagaInstance | undefined> {
    await this.trip();
    return this.database.load(sagaId);
  }

  async move(move: SagaMove): Promise<'saved' | 'guard-failed'> {
    await this.trip();
    const lost = this.loseNextCommit;
    this.loseNextCommit = undefined;
    if (lost === 'before') throw new Error('connection lost');
    const saved = this.database.move(move);
    if (lost === 'after' && saved === 'saved') throw new Error('connection lost');
    return saved;
  }

  async recordSignal(record: SignalRecord, version: number): Promise<SignalRecorded> {
    await this.trip();
    return this.database.recordSignal(record, version);
  }

  async signal(sagaId: string, signalId: string): Promise<SignalRecord | undefined> {
    await this.trip();
    return this.database.signal(sagaId, signalId);
  }

  async takeDue(request: TakeDueRequest): Promise<OpenSaga[]> {
    await this.trip();
    return this.database.takeDue(this.instanceId, request);
  }

  async takeOver(request: TakeOverRequest): Promise<OpenSaga[]> {
    await this.trip();
    return this.database.takeOver(this.instanceId, request);
  }

  async seize(seen: OpenSaga): Promise<OpenSaga | undefined> {
    await this.trip();
    return this.database.seize(this.instanceId, seen);
  }

  async ownOverdue(request: { limit: number; overdueByMs: number }): Promise<OpenSaga[]> {
    await this.trip();
    return this.database.ownOverdue(this.instanceId, request);
  }

  async heartbeat(): Promise<void> {
    await this.trip();
    this.database.heartbeats.set(this.instanceId, this.database.nowMs());
  }

  async release(): Promise<void> {
    await this.trip();
    this.database.heartbeats.delete(this.instanceId);
  }

  async recordDefinitions(own: readonly RecordedDefinition[]): Promise<RecordedDefinition[]> {
    await this.trip();
    return this.database.recordDefinitions(own);
  }

  async hasUnfinished(definition: KnownDefinition): Promise<boolean> {
    await this.trip();
    return this.database.hasUnfinished(definition);
  }

  async history(sagaId: string): Promise<SagaLogEntry[]> {
    await this.trip();
    return this.database.history(sagaId);
  }

  async notes(sagaId: string): Promise<SagaNoteEntry[]> {
    await this.trip();
    return this.database.notes(sagaId);
  }

  /** A turn of the event loop, as every database takes, or the error of one that is down. */
  private async trip(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.database.down) throw this.database.down;
  }
}
