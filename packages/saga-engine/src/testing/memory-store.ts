import { randomUUID } from 'node:crypto';
import { isOpen, type OpenSaga, type SagaInstance, type SagaLogEntry } from '../instance.js';
import type { Clock, PreparedSaga, SagaStore, SagaWrite, TakeOverRequest } from '../ports.js';

interface Stored {
  instance: SagaInstance;
  log: SagaLogEntry[];
}

/** What several stores share: rows, heartbeats and a clock that runs by itself. */
export class MemoryDatabase implements Clock {
  readonly rows = new Map<string, Stored>();
  readonly heartbeats = new Map<string, number>();
  /** Thrown instead of an answer while it is set. */
  down: Error | undefined;

  nowMs(): number {
    return 1_000_000 + performance.now();
  }
}

/** A saga store without a database, with the guard and the takeovers of the real one. */
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
    const { instance, logs } = prepared;
    if (this.database.rows.has(instance.sagaId)) return { kind: 'exists' };
    this.database.rows.set(instance.sagaId, { instance, log: logs.map(stamped) });
    return { kind: 'inserted' };
  }

  async save(write: SagaWrite): Promise<'saved' | 'guard-failed'> {
    await this.trip();
    const lost = this.loseNextCommit;
    this.loseNextCommit = undefined;
    if (lost === 'before') throw new Error('connection lost');
    const row = this.database.rows.get(write.instance.sagaId);
    const follows = row?.instance.version === write.before.version;
    if (!row || !follows || row.instance.owner !== this.instanceId) return 'guard-failed';
    row.instance = write.instance;
    row.log.push(...write.logs.map(stamped));
    if (lost === 'after') throw new Error('connection lost');
    return 'saved';
  }

  async load(sagaId: string): Promise<SagaInstance | undefined> {
    await this.trip();
    return this.database.rows.get(sagaId)?.instance;
  }

  async takeOver(request: TakeOverRequest): Promise<OpenSaga[]> {
    await this.trip();
    const { heartbeats, rows } = this.database;
    const aliveSinceMs = this.database.nowMs() - request.silentAfterMs;
    const isSilent = (owner: string) => (heartbeats.get(owner) ?? -Infinity) < aliveSinceMs;
    const taken: OpenSaga[] = [];
    for (const row of rows.values()) {
      const saga = row.instance;
      if (taken.length >= request.limit) break;
      if (!isOpen(saga) || saga.owner === this.instanceId || !isSilent(saga.owner)) continue;
      const { version, epoch } = saga;
      const mine = { owner: this.instanceId, version: version + 1, epoch: epoch + 1 };
      const next: OpenSaga = { ...saga, ...mine };
      row.instance = next;
      taken.push(next);
    }
    return taken;
  }

  async ownOverdue(request: { limit: number; overdueByMs: number }): Promise<OpenSaga[]> {
    await this.trip();
    const latestMs = this.database.nowMs() - request.overdueByMs;
    const open = [...this.database.rows.values()].map((row) => row.instance).filter(isOpen);
    return open
      .filter((saga) => saga.owner === this.instanceId && saga.wakeAtMs < latestMs)
      .slice(0, request.limit);
  }

  async heartbeat(): Promise<void> {
    await this.trip();
    this.database.heartbeats.set(this.instanceId, this.database.nowMs());
  }

  async release(): Promise<void> {
    await this.trip();
    this.database.heartbeats.delete(this.instanceId);
  }

  async history(sagaId: string): Promise<SagaLogEntry[]> {
    await this.trip();
    return [...(this.database.rows.get(sagaId)?.log ?? [])];
  }

  /** A turn of the event loop, as every database takes, or the error of one that is down. */
  private async trip(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.database.down) throw this.database.down;
  }
}

function stamped<Row extends object>(row: Row): Row & { createdAt: string } {
  return { ...row, createdAt: new Date().toISOString() };
}
