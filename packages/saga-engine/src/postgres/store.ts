import { randomUUID } from 'node:crypto';
import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { databaseFault, SessionPool } from '@backstitch/database';
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
  /** Batches of transitions under way at once; default 2. */
  readonly lanes?: number;
  /** Transitions in one statement; default 64. */
  readonly batchMax?: number;
  /** A statement without an answer for this long has an unknown outcome; default 10 s. */
  readonly queryTimeoutMs?: number;
  /** A row that somebody else has locked is waited for this long; default 300 ms. */
  readonly lockTimeoutMs?: number;
}

type Saved = 'saved' | 'guard-failed';

/** Connections for loads, takeovers and scans, beside those of the lanes. */
const READERS = 2;
/** And for sagas whose rows somebody else has locked. */
const ASIDE = 1;
const LOCK_TIMEOUT_MS = 300;
const CONTENTION_RETRIES = 5;
const CONTENTION = new Set(['40P01', '40001']);
/** Data and constraint errors: one row's fault, which must not fail its neighbours. */
const DATA_ERROR = /^2[23]/;

/**
 * Sagas in PostgreSQL. Its connections are its own: the plans of its statements are kept for as
 * long as they live, and must not be ones that suit only a table that is still empty; and the
 * heartbeat has one for itself, so that no load can silence a living owner.
 */
export class PostgresSagaStore implements SagaStore {
  readonly instanceId: string = randomUUID();
  readonly clock = new DatabaseClock();
  private readonly pool: SessionPool;
  private readonly heartbeatPool: SessionPool;
  private readonly statements: SagaStatements;
  private readonly saves: Coalescer<SagaWrite, Saved>;
  private readonly inserts: Coalescer<PreparedSaga, boolean>;
  private readonly loads: Coalescer<string, SagaInstance | undefined>;

  constructor(private readonly options: PostgresSagaStoreOptions) {
    const { lanes = 2, batchMax = 64, queryTimeoutMs = 10_000 } = options;
    this.statements = sagaStatements(options.tables);
    this.pool = this.openPool('saga-store', lanes + 1 + 2 * ASIDE + READERS, queryTimeoutMs);
    this.heartbeatPool = this.openPool('saga-heartbeat', 1, Math.min(queryTimeoutMs, 3_000));
    const bounds = { batchMax, retrySingly: isDataError, isLocked, asideMax: ASIDE };
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

  async takeOver(request: TakeOverRequest): Promise<OpenSaga[]> {
    const known = request.definitions.map(({ name, version }) => `${name}@${version}`);
    const values = [this.instanceId, request.limit, request.silentAfterMs, known];
    const rows = await this.query<SagaRow>(this.statements.takeOver, values);
    return rows.map(openSagaOf);
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
      return this.heartbeatPool.use(async (client) => {
        return (await client.query<{ now_ms: number }>(query)).rows[0]!.now_ms;
      });
    });
  }

  async release(): Promise<void> {
    const query = { ...this.statements.release, values: [this.instanceId] };
    await this.heartbeatPool.use((client) => client.query(query));
  }

  async close(): Promise<void> {
    await Promise.all([this.saves.idle(), this.inserts.idle(), this.loads.idle()]);
    await Promise.all([this.pool.end(), this.heartbeatPool.end()]);
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
      connectTimeoutMs: 5_000,
      queryTimeoutMs,
      lockTimeoutMs,
      keyLookups: true,
    });
    pool.on('error', (err) => logger.debug({ err, name }, 'idle connection lost'));
    return pool;
  }

  /** A statement that lost a deadlock or a race did nothing at all, so it may run again. */
  private async query<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    for (let tries = 1; ; tries++) {
      try {
        const query = { ...statement, values };
        return await this.pool.use(async (client) => (await client.query<Row>(query)).rows);
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
    const { tables } = this.options;
    const inserted = await this.pool.use((client) => insertSagas(client, tables, batch));
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

function isLocked(error: unknown): boolean {
  return databaseFault(error) === 'locked';
}

function isDataError(error: unknown): boolean {
  return DATA_ERROR.test(sqlStateOf(error));
}
