import { isOpen, type OpenSaga, type SagaInstance, type SagaLogEntry } from '../instance.js';
import type { Clock, PreparedSaga, SagaWrite, TakeOverRequest } from '../ports.js';

interface Stored {
  instance: SagaInstance;
  readonly log: SagaLogEntry[];
}

/**
 * What several stores share: rows, heartbeats and a clock, with the guard and the takeovers of the
 * real tables. Every method is one transaction. A test may break a rule by overriding it.
 */
export class MemoryDatabase implements Clock {
  readonly rows = new Map<string, Stored>();
  readonly heartbeats = new Map<string, number>();
  /** Thrown instead of an answer while it is set. */
  down: Error | undefined;

  /** The clock runs by itself unless another one is given. */
  constructor(private readonly clock: Clock = { nowMs: () => 1_000_000 + performance.now() }) {}

  nowMs(): number {
    return this.clock.nowMs();
  }

  insert({ instance, logs }: PreparedSaga): boolean {
    if (this.rows.has(instance.sagaId)) return false;
    const row: Stored = { instance, log: [] };
    this.rows.set(instance.sagaId, row);
    this.note(row, logs);
    return true;
  }

  save(owner: string, write: SagaWrite): 'saved' | 'guard-failed' {
    const row = this.rows.get(write.instance.sagaId);
    if (!row || !this.follows(row.instance, write, owner)) return 'guard-failed';
    row.instance = written(row.instance, write.instance);
    this.note(row, write.logs);
    return 'saved';
  }

  takeOver(owner: string, request: TakeOverRequest): OpenSaga[] {
    const isSilent = (name: string) => !this.isAlive(name, request.silentAfterMs);
    const taken: OpenSaga[] = [];
    if (!this.mayJudge(owner, request.silentAfterMs)) return taken;
    for (const row of this.rows.values()) {
      const saga = row.instance;
      if (taken.length >= request.limit) break;
      if (!isOpen(saga) || saga.owner === owner || !isSilent(saga.owner)) continue;
      if (!this.knows(request, saga)) continue;
      const next = this.taken(saga, owner);
      row.instance = next;
      taken.push(next);
    }
    return taken;
  }

  seize(owner: string, seen: OpenSaga): OpenSaga | undefined {
    const row = this.rows.get(seen.sagaId);
    if (!row || !isOpen(row.instance) || row.instance.version !== seen.version) return undefined;
    const next = this.taken(row.instance, owner);
    row.instance = next;
    return next;
  }

  ownOverdue(owner: string, request: { limit: number; overdueByMs: number }): OpenSaga[] {
    const latestMs = this.nowMs() - request.overdueByMs;
    const overdue: OpenSaga[] = [];
    for (const { instance } of this.rows.values()) {
      if (overdue.length >= request.limit) break;
      const isMine = isOpen(instance) && instance.owner === owner;
      if (isMine && instance.wakeAtMs < latestMs) overdue.push(instance);
    }
    return overdue;
  }

  /** The guard of a write. */
  protected follows(row: SagaInstance, write: SagaWrite, owner: string): boolean {
    return row.version === write.before.version && row.owner === owner;
  }

  /** Whoever is silent itself cannot tell who else is. */
  protected mayJudge(owner: string, silentAfterMs: number): boolean {
    return this.isAlive(owner, silentAfterMs);
  }

  /** The age of a heartbeat lies within the limit, on both sides: a clock may go back. */
  protected isAlive(owner: string, silentAfterMs: number): boolean {
    const heartbeatAtMs = this.heartbeats.get(owner);
    if (heartbeatAtMs === undefined) return false;
    return Math.abs(this.nowMs() - heartbeatAtMs) < silentAfterMs;
  }

  /** Whether who takes over was built with the saga's version. */
  protected knows({ definitions }: TakeOverRequest, saga: OpenSaga): boolean {
    return definitions.some(
      ({ name, version }) => name === saga.definition && version === saga.definitionVersion,
    );
  }

  /** What a takeover makes of a row. */
  protected taken(saga: OpenSaga, owner: string): OpenSaga {
    return { ...saga, owner, version: saga.version + 1, epoch: saga.epoch + 1 };
  }

  private note({ log }: Stored, rows: SagaWrite['logs']): void {
    if (rows.length === 0) return;
    const createdAt = new Date(this.nowMs()).toISOString();
    for (const row of rows) log.push({ ...row, createdAt });
  }
}

/** A write changes neither owner nor epoch, and raises whatever version it finds. */
function written(row: SagaInstance, next: SagaInstance): SagaInstance {
  const { owner, epoch } = row;
  const version = row.version + 1;
  const isNext = next.version === version && next.owner === owner && next.epoch === epoch;
  return isNext ? next : { ...next, owner, epoch, version };
}
