import type { RecordedDefinition } from '../core/fingerprint.js';
import {
  isEnded,
  isOpen,
  type OpenSaga,
  type SagaInstance,
  type SagaLogEntry,
} from '../core/instance.js';
import type { SagaNoteEntry } from '../core/note.js';
import { SIGNALS_RECORDED_MAX } from '../core/signal.js';
import { dueSaga } from '../core/entering-wait.js';
import type {
  Clock,
  KnownDefinition,
  PreparedSaga,
  SagaMove,
  SagaWrite,
  SignalRecord,
  SignalRecorded,
  TakeDueRequest,
  TakeOverRequest,
} from '../runtime/ports.js';
import { touchesWait } from '../runtime/wait-write.js';
import { WriteRefused } from '../runtime/refused.js';
import { insertedLog, insertedRow, jsonb, readRow, updatedRow } from './jsonb.js';

interface Stored {
  instance: SagaInstance;
  readonly log: SagaLogEntry[];
  readonly notes: SagaNoteEntry[];
  readonly signals: Map<string, SignalRecord>;
}

/**
 * What several stores share: rows, heartbeats and a clock, with the guard and the takeovers of the
 * real tables. Values are kept as jsonb keeps them, and what jsonb refuses is refused. Every method
 * is one transaction. A test may break a rule by overriding it.
 */
export class MemoryDatabase implements Clock {
  readonly rows = new Map<string, Stored>();
  readonly heartbeats = new Map<string, number>();
  readonly definitions = new Map<string, RecordedDefinition>();
  /** Thrown instead of an answer while it is set. */
  down: Error | undefined;
  /** Writes that a constraint or a trigger of the tables refuses, by what they would make of a row. */
  refuses: ((next: SagaInstance) => boolean) | undefined;

  /** The clock runs by itself unless another one is given. */
  constructor(private readonly clock: Clock = { nowMs: () => 1_000_000 + performance.now() }) {}

  nowMs(): number {
    return this.clock.nowMs();
  }

  insert({ instance, logs }: PreparedSaga): boolean {
    if (this.rows.has(instance.sagaId)) return false;
    this.mayWrite(instance);
    const row: Stored = { instance: insertedRow(instance), log: [], notes: [], signals: new Map() };
    this.note(row, { logs });
    this.rows.set(instance.sagaId, row);
    return true;
  }

  /** A row as it is now; undefined when there is none. */
  load(sagaId: string): SagaInstance | undefined {
    const row = this.rows.get(sagaId);
    return row && readRow(row.instance);
  }

  history(sagaId: string): SagaLogEntry[] {
    return structuredClone(this.rows.get(sagaId)?.log ?? []);
  }

  notes(sagaId: string): SagaNoteEntry[] {
    return structuredClone(this.rows.get(sagaId)?.notes ?? []);
  }

  save(owner: string, write: SagaWrite): 'saved' | 'guard-failed' {
    const row = this.rows.get(write.instance.sagaId);
    if (!row || !this.follows(row.instance, write, owner)) return 'guard-failed';
    const { before, instance } = write;
    this.mayWrite(instance);
    const after = touchesWait(write) ? instance : written(row.instance, instance);
    const next = updatedRow(row.instance, before, after);
    this.note(row, write);
    row.instance = next;
    return 'saved';
  }

  /** A transition from outside: the guard asks for the version, not for the owner. */
  move(move: SagaMove): 'saved' | 'guard-failed' {
    const { before, instance, signal } = move;
    const row = this.rows.get(instance.sagaId);
    if (!row || row.instance.version !== before.version) return 'guard-failed';
    if (signal && row.signals.has(signal.id)) return 'guard-failed';
    this.mayWrite(instance);
    row.instance = updatedRow(row.instance, before, instance);
    this.note(row, move);
    if (signal) row.signals.set(signal.id, storedSignal(signal));
    return 'saved';
  }

  recordSignal(record: SignalRecord, version: number): SignalRecorded {
    const row = this.rows.get(record.sagaId);
    if (!row || row.instance.version !== version) return 'guard-failed';
    if (row.signals.size >= SIGNALS_RECORDED_MAX) return 'too-many';
    if (row.signals.has(record.id)) return 'guard-failed';
    row.signals.set(record.id, storedSignal(record));
    return 'recorded';
  }

  signal(sagaId: string, signalId: string): SignalRecord | undefined {
    return structuredClone(this.rows.get(sagaId)?.signals.get(signalId));
  }

  takeDue(owner: string, request: TakeDueRequest): OpenSaga[] {
    const taken: OpenSaga[] = [];
    for (const row of this.rows.values()) {
      const saga = row.instance;
      if (taken.length >= request.limit) break;
      if (saga.phase !== 'waiting' || saga.dueAtMs > this.nowMs()) continue;
      if (!this.knows(request, saga)) continue;
      const next = dueSaga(saga, owner, this.nowMs());
      if (this.refuses?.(next)) continue;
      row.instance = next;
      taken.push(readRow(next));
    }
    return taken;
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
      // A row that refuses to be taken is left where it is, and its neighbours are taken.
      if (this.refuses?.(next)) continue;
      this.noteTakeover(row, next);
      row.instance = next;
      taken.push(readRow(next));
    }
    return taken;
  }

  seize(owner: string, seen: OpenSaga): OpenSaga | undefined {
    const row = this.rows.get(seen.sagaId);
    if (!row || !isOpen(row.instance) || row.instance.version !== seen.version) return undefined;
    const next = this.taken(row.instance, owner);
    this.mayWrite(next);
    this.noteTakeover(row, next);
    row.instance = next;
    return readRow(next);
  }

  ownOverdue(owner: string, request: { limit: number; overdueByMs: number }): OpenSaga[] {
    const latestMs = this.nowMs() - request.overdueByMs;
    const overdue: OpenSaga[] = [];
    for (const { instance } of this.rows.values()) {
      if (overdue.length >= request.limit) break;
      const isMine = isOpen(instance) && instance.owner === owner;
      if (isMine && instance.wakeAtMs < latestMs) overdue.push(readRow(instance));
    }
    return overdue;
  }

  hasUnfinished({ name, version }: KnownDefinition): boolean {
    return [...this.rows.values()].some(
      ({ instance }) =>
        !isEnded(instance) &&
        instance.definition === name &&
        instance.definitionVersion === version,
    );
  }

  recordDefinitions(own: readonly RecordedDefinition[]): RecordedDefinition[] {
    return own.map((one) => {
      const key = `${one.name}@${one.version}`;
      const known = this.definitions.get(key) ?? { ...one };
      this.definitions.set(key, known);
      return { ...known };
    });
  }

  /** The guard of a write. */
  protected follows(row: SagaInstance, write: SagaWrite, owner: string): boolean {
    return row.version === write.before.version && row.owner === owner;
  }

  /** An owner that is silent itself takes nothing. */
  protected mayJudge(owner: string, silentAfterMs: number): boolean {
    return this.isAlive(owner, silentAfterMs);
  }

  /** The age of a heartbeat is within the limit, on both sides: a clock may go back. */
  protected isAlive(owner: string, silentAfterMs: number): boolean {
    const heartbeatAtMs = this.heartbeats.get(owner);
    if (heartbeatAtMs === undefined) return false;
    return Math.abs(this.nowMs() - heartbeatAtMs) < silentAfterMs;
  }

  /** Whether the instance that takes over has the version of the saga. */
  protected knows({ definitions }: TakeDueRequest, saga: SagaInstance): boolean {
    return definitions.some(
      ({ name, version }) => name === saga.definition && version === saga.definitionVersion,
    );
  }

  /** What a takeover makes of a row. */
  protected taken(saga: OpenSaga, owner: string): OpenSaga {
    return { ...saga, owner, version: saga.version + 1, epoch: saga.epoch + 1 };
  }

  private noteTakeover(row: Stored, { awaited: step, owner, epoch }: OpenSaga): void {
    const data = { owner, formerOwner: row.instance.owner, epoch };
    this.note(row, { logs: [], notes: [{ kind: 'TAKEN_OVER', step, data }] });
  }

  private mayWrite(next: SagaInstance): void {
    if (this.refuses?.(next)) throw new WriteRefused('23514', 'the row breaks a constraint');
  }

  private note({ log, notes }: Stored, written: Pick<SagaWrite, 'logs' | 'notes'>): void {
    if (written.logs.length === 0 && !written.notes) return;
    const createdAt = new Date(this.nowMs()).toISOString();
    log.push(...written.logs.map((row) => ({ ...insertedLog(row), createdAt })));
    for (const note of written.notes ?? []) notes.push({ ...structuredClone(note), createdAt });
  }
}

/** A write changes neither owner nor epoch, and raises whatever version it finds. */
function written(row: SagaInstance, next: SagaInstance): SagaInstance {
  const { owner, epoch } = row;
  const version = row.version + 1;
  const isNext = next.version === version && next.owner === owner && next.epoch === epoch;
  return isNext ? next : { ...next, owner, epoch, version };
}

function storedSignal(record: SignalRecord): SignalRecord {
  return { ...record, data: jsonb(record.data ?? null), answer: record.answer };
}
