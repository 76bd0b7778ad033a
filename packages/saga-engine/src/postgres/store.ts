import { randomUUID } from 'node:crypto';
import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import type { SessionPool } from '@backstitch/database';
import type { RecordedDefinition } from '../core/fingerprint.js';
import { isUuid, normalId } from '../core/ids.js';
import type { OpenSaga, SagaInstance, SagaLogEntry } from '../core/instance.js';
import type { SagaNoteEntry } from '../core/note.js';
import type {
  EngineLogger,
  KnownDefinition,
  PreparedSaga,
  SagaMove,
  SagaStore,
  SagaWrite,
  SignalRecord,
  SignalRecorded,
  TakeDueRequest,
  TakenSaga,
  TakeOverRequest,
} from '../runtime/ports.js';
import { WriteRefused } from '../runtime/refused.js';
import { touchesWait } from '../runtime/wait-write.js';
import { arraysOf, cellsOf, listOf } from './cells.js';
import { DatabaseClock } from './clock.js';
import { NOTED_WRITTEN, WRITTEN } from './columns.js';
import { insertRows, newRow } from './insert.js';
import { isLocked, lockedOr, refusalOf } from './refusal.js';
import { instanceOf, openSagaOf, type SagaRow, type SaveAnswer, type TakenRow } from './rows.js';
import { statementsOn, type RunStatement } from './run-statement.js';
import { SagaHistories } from './saga-histories.js';
import { sagaStatements, type SagaStatements, type Statement } from './statements.js';
import { openSagaPool } from './store-pool.js';
import type { SagaTableNames } from './table-names.js';
import { inLockOrder, outcomesOf, type Row, type Saved, WaitStore } from './wait-store.js';

export interface PostgresSagaStoreOptions {
  readonly url: string;
  readonly tables: SagaTableNames;
  readonly logger: EngineLogger;
  /** The owner's name: new for every process start, and no other's; a random one by default. */
  readonly instanceId?: string;
  /** How many batches of transitions are written at once; default 2. */
  readonly concurrency?: number;
  /** Transitions in one statement; default 64. */
  readonly batchMax?: number;
  /** After this long without an answer the outcome of a statement is unknown; default 10 s. */
  readonly queryTimeoutMs?: number;
  /** How long a write waits for a row that another session has locked; default 300 ms. */
  readonly lockTimeoutMs?: number;
}

/**
 * A heartbeat and its connection are waited for no longer than this: after an outage, all owners
 * have to be back before any of them counts as silent.
 */
const HEARTBEAT_MS = 3_000;
const STORE = 'saga-store';
const HEARTBEAT = 'saga-heartbeat';
/** Connections for loads, takeovers and scans, beside those of the batches. */
const READERS = 2;
/** Further connections, for sagas of split batches that wait for a row lock. */
const SPLIT_CONCURRENCY = 1;
const COLUMNS = listOf(WRITTEN);
const NOTED_COLUMNS = listOf(NOTED_WRITTEN);

/**
 * Sagas in PostgreSQL. Its connections are its own: the plans of its statements are kept for as
 * long as they live, and must not be ones that suit only a table that is still empty; and the
 * heartbeat has one for itself, so that no load can silence a living owner.
 */
export class PostgresSagaStore implements SagaStore {
  readonly instanceId: string;
  readonly clock = new DatabaseClock();
  private readonly pool: SessionPool;
  private readonly heartbeatPool: SessionPool;
  private readonly statements: SagaStatements;
  private readonly query: RunStatement;
  private readonly waits: WaitStore;
  private readonly histories: SagaHistories;
  private beatAtMs: number | undefined;
  private readonly saves: Coalescer<Row, Saved>;
  private readonly notedSaves: Coalescer<Row, Saved>;
  private readonly inserts: Coalescer<Row, boolean>;
  private readonly loads: Coalescer<string, SagaInstance | undefined>;

  constructor(private readonly options: PostgresSagaStoreOptions) {
    const { concurrency = 2, batchMax = 64, queryTimeoutMs = 10_000 } = options;
    this.instanceId = options.instanceId ?? randomUUID();
    this.statements = sagaStatements(options.tables);
    const connections = concurrency + 3 + 3 * SPLIT_CONCURRENCY + READERS;
    this.pool = openSagaPool(options, STORE, connections, queryTimeoutMs);
    const beatMs = Math.min(queryTimeoutMs, HEARTBEAT_MS);
    this.heartbeatPool = openSagaPool(options, HEARTBEAT, 1, beatMs);
    this.query = statementsOn(this.pool);
    this.histories = new SagaHistories(this.statements, this.query);
    this.waits = new WaitStore(this.instanceId, this.statements, this.query, batchMax);
    // An error of one row must not fail the other rows of the batch.
    const retrySingly = (error: unknown): boolean => error instanceof WriteRefused;
    const bounds = { batchMax, retrySingly, isLocked, splitConcurrency: SPLIT_CONCURRENCY };
    const rows = { ...bounds, keyOf: ({ sagaId }: Row) => sagaId };
    const { save, saveNoted } = this.statements;
    const run = (batch: readonly Row[]) => this.saveBatch(batch, save);
    this.saves = new Coalescer({ ...rows, concurrency, run });
    this.notedSaves = new Coalescer({ ...rows, run: (batch) => this.saveBatch(batch, saveNoted) });
    this.inserts = new Coalescer({ ...rows, run: (batch) => this.insertBatch(batch) });
    this.loads = new Coalescer({
      ...bounds,
      keyOf: (sagaId) => sagaId,
      sameWork: () => true,
      run: (batch) => this.loadBatch(batch),
    });
  }

  async insert(prepared: PreparedSaga): Promise<{ kind: 'inserted' } | { kind: 'exists' }> {
    const { sagaId } = prepared.instance;
    const isNew = await this.inserts.submit({ sagaId, cells: newRow(prepared) });
    return { kind: isNew ? 'inserted' : 'exists' };
  }

  /** Values become text here, so that an unstorable value fails no other saga's write. */
  async save(write: SagaWrite): Promise<Saved> {
    const { sagaId } = write.instance;
    try {
      if (touchesWait(write)) {
        return await this.waits.write({ ...write, guard: this.instanceId, signal: undefined });
      }
      if (write.notes) {
        return await this.notedSaves.submit({ sagaId, cells: cellsOf(NOTED_COLUMNS, write) });
      }
      return await this.saves.submit({ sagaId, cells: cellsOf(COLUMNS, write) });
    } catch (error) {
      throw lockedOr(error);
    }
  }

  async move(move: SagaMove): Promise<Saved> {
    try {
      return await this.waits.write({ ...move, guard: undefined });
    } catch (error) {
      throw lockedOr(error);
    }
  }

  recordSignal(record: SignalRecord, version: number): Promise<SignalRecorded> {
    return this.waits.recordSignal(record, version);
  }

  signal(sagaId: string, signalId: string): Promise<SignalRecord | undefined> {
    return this.waits.signal(sagaId, signalId);
  }

  takeDue(request: TakeDueRequest): Promise<OpenSaga[]> {
    return this.waits.takeDue(request);
  }

  load(sagaId: string): Promise<SagaInstance | undefined> {
    const id = normalId(sagaId);
    return isUuid(id) ? this.loads.submit(id) : Promise.resolve(undefined);
  }

  async takeOver(request: TakeOverRequest): Promise<TakenSaga[]> {
    const known = request.definitions.map(({ name, version }) => `${name}@${version}`);
    const values = [this.instanceId, request.limit, request.silentAfterMs, known];
    try {
      const rows = await this.query<TakenRow>(this.statements.takeOver, values);
      return rows.map((row) => ({ ...openSagaOf(row), formerOwner: row.former_owner }));
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return this.takeOverSingly(values);
    }
  }

  /** A row whose write is refused keeps its owner; the other rows are taken over. */
  private async takeOverSingly(values: unknown[]): Promise<TakenSaga[]> {
    const taken: TakenSaga[] = [];
    for (const row of await this.query<SagaRow>(this.statements.silentSagas, values)) {
      try {
        const seen = openSagaOf(row);
        const seized = await this.seize(seen);
        if (seized) taken.push({ ...seized, formerOwner: seen.owner });
      } catch (err) {
        // Another session is writing it; the next takeover tries again.
        if (isLocked(err)) continue;
        if (!(err instanceof WriteRefused)) throw err;
        const fields = { sagaId: row.saga_id, subjectId: row.subject_id, err };
        this.options.logger.error(fields, 'a saga without an owner cannot be taken over');
      }
    }
    return taken;
  }

  async seize({ sagaId, version, owner }: OpenSaga): Promise<OpenSaga | undefined> {
    const values = [this.instanceId, sagaId, version, owner];
    const rows = await this.query<SagaRow>(this.statements.seize, values);
    return rows.map(openSagaOf)[0];
  }

  async ownOverdue(request: { limit: number; overdueByMs: number }): Promise<OpenSaga[]> {
    const values = [this.instanceId, request.limit, request.overdueByMs];
    const rows = await this.query<SagaRow>(this.statements.ownOverdue, values);
    return rows.map(openSagaOf);
  }

  async hasUnfinished({ name, version }: KnownDefinition): Promise<boolean> {
    const values = [name, version];
    return (await this.query<object>(this.statements.unfinished, values)).length > 0;
  }

  history(sagaId: string): Promise<SagaLogEntry[]> {
    return this.histories.log(sagaId);
  }

  notes(sagaId: string): Promise<SagaNoteEntry[]> {
    return this.histories.notes(sagaId);
  }

  /** Since the last heartbeat that was written; undefined before the first one. */
  get heartbeatAgeMs(): number | undefined {
    return this.beatAtMs === undefined ? undefined : performance.now() - this.beatAtMs;
  }

  /** The clock learns the database's time from the same round trip. */
  async heartbeat(): Promise<void> {
    await this.clock.learnFrom(async () => {
      const query = { ...this.statements.heartbeat, values: [this.instanceId] };
      return this.heartbeatPool.use(async (client) => {
        return (await client.query<{ now_ms: number }>(query)).rows[0]!.now_ms;
      });
    });
    this.beatAtMs = performance.now();
  }

  async recordDefinitions(own: readonly RecordedDefinition[]): Promise<RecordedDefinition[]> {
    const named = [own.map(({ name }) => name), own.map(({ version }) => version)];
    const fingerprints = own.map(({ fingerprint }) => fingerprint);
    await this.query(this.statements.record, [...named, fingerprints]);
    return this.query<RecordedDefinition>(this.statements.recorded, named);
  }

  async release(): Promise<void> {
    const query = { ...this.statements.release, values: [this.instanceId] };
    await this.heartbeatPool.use((client) => client.query(query));
  }

  async close(): Promise<void> {
    const all = [this.saves, this.notedSaves, this.inserts, this.loads, this.waits.moves];
    await Promise.all(all.map((coalescer) => coalescer.idle()));
    await Promise.all([this.pool.end(), this.heartbeatPool.end()]);
  }

  /** Its pools by name, for metrics; none has a connection before it is used. */
  get pools(): ReadonlyMap<string, SessionPool> {
    return new Map([
      [STORE, this.pool],
      [HEARTBEAT, this.heartbeatPool],
    ]);
  }

  /** Its batches of writes and reads by name, for metrics. */
  get coalescers() {
    const { saves, notedSaves, inserts, loads, waits } = this;
    return {
      saga_saves: saves,
      saga_noted_saves: notedSaves,
      saga_inserts: inserts,
      saga_loads: loads,
      saga_moves: waits.moves,
    };
  }

  private async saveBatch(
    batch: readonly Row[],
    statement: Statement,
  ): Promise<BatchOutcome<Saved>[]> {
    const ordered = inLockOrder(batch);
    const values = [this.instanceId, ...arraysOf(ordered.map(({ cells }) => cells))];
    const rows = await this.query<SaveAnswer>(statement, values);
    return outcomesOf(rows[0]!, batch, ordered);
  }

  private async insertBatch(batch: readonly Row[]): Promise<BatchOutcome<boolean>[]> {
    const rows = batch.map(({ cells }) => cells);
    const { tables } = this.options;
    try {
      const inserted = await this.pool.use((client) => insertRows(client, tables, rows));
      return batch.map(({ sagaId }) => ({ ok: inserted.has(sagaId) }));
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  }

  private async loadBatch(
    batch: readonly string[],
  ): Promise<BatchOutcome<SagaInstance | undefined>[]> {
    const rows = await this.query<SagaRow>(this.statements.load, [batch]);
    const byId = new Map(rows.map((row) => [row.saga_id, instanceOf(row)]));
    return batch.map((sagaId) => ({ ok: byId.get(sagaId) }));
  }
}
