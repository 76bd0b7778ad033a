import { randomUUID } from 'node:crypto';
import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { SessionPool } from '@backstitch/database';
import type { RecordedDefinition } from '../core/fingerprint.js';
import { isUuid, normalId } from '../core/ids.js';
import type { OpenSaga, SagaInstance, SagaLogEntry } from '../core/instance.js';
import type {
  EngineLogger,
  KnownDefinition,
  PreparedSaga,
  SagaStore,
  SagaWrite,
  TakenSaga,
  TakeOverRequest,
} from '../runtime/ports.js';
import { RowLocked, WriteRefused } from '../runtime/refused.js';
import { arraysOf, cellsOf, listOf, type Cells } from './cells.js';
import { DatabaseClock } from './clock.js';
import { WRITTEN } from './columns.js';
import { insertRows, newRow } from './insert.js';
import { isLocked, refusalOf, sqlStateOf } from './refusal.js';
import { instanceOf, openSagaOf, type SagaRow, type SaveAnswer, type TakenRow } from './rows.js';
import { sagaStatements, type SagaStatements, type Statement } from './statements.js';
import type { SagaTableNames } from './table-names.js';

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

type Saved = 'saved' | 'guard-failed';

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
const LOCK_TIMEOUT_MS = 300;
const COLUMNS = listOf(WRITTEN);
const CONTENTION_RETRIES = 5;
const CONTENTION = new Set(['40P01', '40001']);

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
  private beatAtMs: number | undefined;
  private readonly saves: Coalescer<Row, Saved>;
  private readonly inserts: Coalescer<Row, boolean>;
  private readonly loads: Coalescer<string, SagaInstance | undefined>;

  constructor(private readonly options: PostgresSagaStoreOptions) {
    const { concurrency = 2, batchMax = 64, queryTimeoutMs = 10_000 } = options;
    this.instanceId = options.instanceId ?? randomUUID();
    this.statements = sagaStatements(options.tables);
    const connections = concurrency + 1 + 2 * SPLIT_CONCURRENCY + READERS;
    this.pool = this.openPool(STORE, connections, queryTimeoutMs);
    this.heartbeatPool = this.openPool(HEARTBEAT, 1, Math.min(queryTimeoutMs, HEARTBEAT_MS));
    // An error of one row must not fail the other rows of the batch.
    const retrySingly = (error: unknown): boolean => error instanceof WriteRefused;
    const bounds = { batchMax, retrySingly, isLocked, splitConcurrency: SPLIT_CONCURRENCY };
    this.saves = new Coalescer({
      ...bounds,
      concurrency,
      keyOf: ({ sagaId }) => sagaId,
      run: (batch) => this.saveBatch(batch),
    });
    this.inserts = new Coalescer({
      ...bounds,
      keyOf: ({ sagaId }) => sagaId,
      run: (batch) => this.insertBatch(batch),
    });
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
      return await this.saves.submit({ sagaId, cells: cellsOf(COLUMNS, write) });
    } catch (error) {
      throw isLocked(error) ? new RowLocked(error) : error;
    }
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

  async seize({ sagaId, version }: OpenSaga): Promise<OpenSaga | undefined> {
    const values = [this.instanceId, sagaId, version];
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
    const id = normalId(sagaId);
    if (!isUuid(id)) return Promise.resolve([]);
    return this.query<SagaLogEntry>(this.statements.history, [id]);
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
    await Promise.all([this.saves.idle(), this.inserts.idle(), this.loads.idle()]);
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
    return { saga_saves: this.saves, saga_inserts: this.inserts, saga_loads: this.loads };
  }

  /**
   * No statement's best plan depends on what it is asked for; yet PostgreSQL, left to itself, plans a
   * save of one row anew each time, which costs more than running it: hence `keyLookups`.
   */
  private openPool(name: string, max: number, queryTimeoutMs: number): SessionPool {
    const { url, logger, lockTimeoutMs = LOCK_TIMEOUT_MS } = this.options;
    const pool = new SessionPool({
      url,
      name,
      logger,
      max,
      idleTimeoutMs: 0,
      connectTimeoutMs: Math.min(queryTimeoutMs, 5_000),
      queryTimeoutMs,
      lockTimeoutMs,
      keyLookups: true,
    });
    pool.on('error', (err) => logger.debug({ err, name }, 'idle connection lost'));
    return pool;
  }

  /**
   * A statement that lost a deadlock or a race did nothing at all, so it may run again. Rejects with
   * WriteRefused when the database answered that it will not do it.
   */
  private async query<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const { name, text } = statement;
    for (let tries = 1; ; tries++) {
      try {
        const query = { name, text, values };
        return await this.pool.use(async (client) => (await client.query<Row>(query)).rows);
      } catch (error) {
        if (tries < CONTENTION_RETRIES && CONTENTION.has(sqlStateOf(error))) continue;
        throw refusalOf(error) ?? error;
      }
    }
  }

  private async saveBatch(batch: readonly Row[]): Promise<BatchOutcome<Saved>[]> {
    const ordered = [...batch].sort((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
    const values = [this.instanceId, ...arraysOf(ordered.map(({ cells }) => cells))];
    const rows = await this.query<SaveAnswer>(this.statements.save, values);
    const { saved, places } = rows[0]!;
    if (saved === batch.length) return batch.map(() => ({ ok: 'saved' }));
    const passed = new Set((places ?? '').split(',').map((place) => ordered[Number(place) - 1]));
    return batch.map((row) => ({ ok: passed.has(row) ? 'saved' : 'guard-failed' }));
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

/** What is written for one saga. */
interface Row {
  readonly sagaId: string;
  readonly cells: Cells;
}
