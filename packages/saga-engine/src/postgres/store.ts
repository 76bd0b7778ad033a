import { randomUUID } from 'node:crypto';
import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { Pool } from 'pg';
import {
  currentStepOf,
  isOpen,
  statusOf,
  type OpenSaga,
  type SagaInstance,
  type SagaLogEntry,
} from '../instance.js';
import type {
  EngineLogger,
  PreparedSaga,
  SagaStore,
  SagaWrite,
  TakenSaga,
  TakeOverRequest,
} from '../ports.js';
import { jsonArray, plainArray } from './arrays.js';
import { DatabaseClock } from './clock.js';
import { insertSagas } from './insert.js';
import { instanceOf, openSagaOf, type SagaRow } from './rows.js';
import { sagaStatements, type SagaStatements, type Statement } from './statements.js';
import type { SagaTables } from './tables.js';

export interface PostgresSagaStoreOptions {
  readonly url: string;
  readonly tables: Pick<SagaTables, 'subjectColumn'>;
  readonly logger: EngineLogger;
  /** The owner's name: new for every process start, and no other's; a random one by default. */
  readonly instanceId?: string;
  /** Batches of transitions under way at once; default 2. */
  readonly lanes?: number;
  /** Transitions in one statement; default 64. */
  readonly batchMax?: number;
  /** A statement without an answer for this long has an unknown outcome; default 10 s. */
  readonly queryTimeoutMs?: number;
}

type Saved = 'saved' | 'guard-failed';

const STORE = 'saga-store';
const HEARTBEAT = 'saga-heartbeat';

/** Connections for loads, takeovers and scans, beside those of the lanes. */
const READERS = 2;
const CONTENTION_RETRIES = 5;
const CONTENTION = new Set(['40P01', '40001']);
/**
 * No statement's best plan depends on what it is asked for; yet PostgreSQL, left to itself, plans a
 * save of one row anew each time, which costs more than running it.
 */
const KEY_LOOKUPS = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';
/** Data and constraint errors: one row's fault, which must not fail its neighbours. */
const DATA_ERROR = /^2[23]/;

/**
 * Sagas in PostgreSQL. Its connections are its own: the plans of its statements are kept for as
 * long as they live, and must not be ones that suit only a table that is still empty; and the
 * heartbeat has one for itself, so that no load can silence a living owner.
 */
export class PostgresSagaStore implements SagaStore {
  readonly instanceId: string;
  readonly clock = new DatabaseClock();
  private readonly pool: Pool;
  private readonly heartbeatPool: Pool;
  private readonly statements: SagaStatements;
  private readonly saves: Coalescer<SagaWrite, Saved>;
  private readonly inserts: Coalescer<PreparedSaga, boolean>;
  private readonly loads: Coalescer<string, SagaInstance | undefined>;

  constructor(private readonly options: PostgresSagaStoreOptions) {
    const { lanes = 2, batchMax = 64, queryTimeoutMs = 10_000 } = options;
    this.instanceId = options.instanceId ?? randomUUID();
    this.statements = sagaStatements(options.tables);
    this.pool = this.openPool(STORE, lanes + 1 + READERS, queryTimeoutMs);
    this.heartbeatPool = this.openPool(HEARTBEAT, 1, Math.min(queryTimeoutMs, 3_000));
    const bounds = { batchMax, retrySingly: isDataError };
    this.saves = new Coalescer({
      ...bounds,
      lanes,
      keyOf: (write) => write.instance.sagaId,
      run: (batch) => this.saveBatch(batch),
    });
    this.inserts = new Coalescer({
      ...bounds,
      keyOf: (prepared) => prepared.instance.sagaId,
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
    return { kind: (await this.inserts.submit(prepared)) ? 'inserted' : 'exists' };
  }

  save(write: SagaWrite): Promise<Saved> {
    return this.saves.submit(write);
  }

  load(sagaId: string): Promise<SagaInstance | undefined> {
    return this.loads.submit(sagaId.toLowerCase());
  }

  async takeOver(request: TakeOverRequest): Promise<TakenSaga[]> {
    const known = request.definitions.map(({ name, version }) => `${name}@${version}`);
    const values = [this.instanceId, request.limit, request.silentAfterMs, known];
    const rows = await this.query<TakenRow>(this.statements.takeOver, values);
    return rows.map((row) => ({ ...openSagaOf(row), formerOwner: row.former_owner }));
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

  history(sagaId: string): Promise<SagaLogEntry[]> {
    return this.query<SagaLogEntry>(this.statements.history, [sagaId]);
  }

  /** Tells the time on its way: the clock learns from the same round trip. */
  heartbeat(): Promise<void> {
    return this.clock.learnFrom(async () => {
      const query = { ...this.statements.heartbeat, values: [this.instanceId] };
      const { rows } = await this.heartbeatPool.query<{ now_ms: number }>(query);
      return rows[0]!.now_ms;
    });
  }

  async release(): Promise<void> {
    await this.heartbeatPool.query({ ...this.statements.release, values: [this.instanceId] });
  }

  async close(): Promise<void> {
    await Promise.all([this.saves.idle(), this.inserts.idle(), this.loads.idle()]);
    await Promise.all([this.pool.end(), this.heartbeatPool.end()]);
  }

  /** Its pools by name, for whoever shows how busy they are; none has a connection before it is used. */
  get pools(): ReadonlyMap<string, Pool> {
    return new Map([
      [STORE, this.pool],
      [HEARTBEAT, this.heartbeatPool],
    ]);
  }

  /** What its writes and reads travel in, by name, for whoever measures it. */
  get coalescers() {
    return { saga_saves: this.saves, saga_inserts: this.inserts, saga_loads: this.loads };
  }

  private openPool(name: string, max: number, queryTimeoutMs: number): Pool {
    const pool = new Pool({
      connectionString: this.options.url,
      application_name: name,
      max,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: 5_000,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      options: KEY_LOOKUPS,
    });
    pool.on('error', (err) => this.options.logger.debug({ err, name }, 'idle connection lost'));
    return pool;
  }

  /** A statement that lost a deadlock or a race did nothing at all, so it may run again. */
  private async query<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    for (let tries = 1; ; tries++) {
      try {
        return (await this.pool.query<Row>({ ...statement, values })).rows;
      } catch (error) {
        if (tries >= CONTENTION_RETRIES || !CONTENTION.has(sqlStateOf(error))) throw error;
      }
    }
  }

  private async saveBatch(batch: readonly SagaWrite[]): Promise<BatchOutcome<Saved>[]> {
    const ordered = [...batch].sort((a, b) => (a.instance.sagaId < b.instance.sagaId ? -1 : 1));
    const values = [this.instanceId, ...saveArrays(ordered)];
    const rows = await this.query<SaveAnswer>(this.statements.save, values);
    const { saved, places } = rows[0]!;
    if (saved === batch.length) return batch.map(() => ({ ok: 'saved' }));
    const passed = new Set((places ?? '').split(',').map((place) => ordered[Number(place) - 1]));
    return batch.map((write) => ({ ok: passed.has(write) ? 'saved' : 'guard-failed' }));
  }

  private async insertBatch(batch: readonly PreparedSaga[]): Promise<BatchOutcome<boolean>[]> {
    const inserted = await insertSagas(this.pool, this.options.tables, batch);
    return batch.map(({ instance }) => ({ ok: inserted.has(instance.sagaId) }));
  }

  private async loadBatch(
    batch: readonly string[],
  ): Promise<BatchOutcome<SagaInstance | undefined>[]> {
    const rows = await this.query<SagaRow>(this.statements.load, [batch]);
    const byId = new Map(rows.map((row) => [row.saga_id, instanceOf(row)]));
    return batch.map((sagaId) => ({ ok: byId.get(sagaId) }));
  }
}

interface TakenRow extends SagaRow {
  former_owner: string;
}

interface SaveAnswer {
  saved: number;
  places: string | null;
}

/** The arrays of the save statement, in its order; what did not change travels as NULL. */
function saveArrays(writes: readonly SagaWrite[]): (string | null)[] {
  const open = ({ instance }: SagaWrite) => (isOpen(instance) ? instance : undefined);
  const log = (nth: number) => [
    plainArray(writes, ({ logs }) => logs[nth]?.step),
    plainArray(writes, ({ logs }) => logs[nth]?.status),
    jsonArray(writes, ({ logs }) => logs[nth]?.data),
  ];
  return [
    plainArray(writes, ({ instance }) => instance.sagaId),
    plainArray(writes, ({ before }) => before.version),
    plainArray(writes, ({ instance }) => currentStepOf(instance)),
    plainArray(writes, ({ instance }) => statusOf(instance)),
    plainArray(writes, (write) => open(write)?.attempt ?? write.before.attempt),
    plainArray(writes, (write) => open(write)?.waitingFor),
    plainArray(writes, (write) => open(write)?.wakeAtMs),
    plainArray(writes, (write) => open(write)?.stepDeadlineAtMs),
    jsonArray(writes, (write) => open(write)?.lastError),
    plainArray(writes, (write) => open(write)?.needsAttention ?? false),
    jsonArray(writes, ({ before, instance }) =>
      instance.kept === before.kept ? undefined : instance.kept,
    ),
    jsonArray(writes, ({ before, instance }) =>
      instance.phase === 'done' || instance.failure === before.failure
        ? undefined
        : instance.failure,
    ),
    ...log(0),
    ...log(1),
  ];
}

function sqlStateOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function isDataError(error: unknown): boolean {
  return DATA_ERROR.test(sqlStateOf(error));
}
