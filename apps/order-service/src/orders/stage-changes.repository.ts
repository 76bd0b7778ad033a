import { type BatchOutcome, Coalescer } from '@backstitch/coalesce';
import { databaseFault, type Database } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import type { FoundOrder } from './order.js';
import {
  type FoundRow,
  stageStatement,
  type StageWrite,
  wasReachedStatement,
} from './stage-changes.sql.js';

/** What became of a stage change. */
interface StageChanged {
  /** The order as the command found it; undefined when there is none. */
  found: FoundOrder | undefined;
  /** It has the new stage by this command. */
  moved: boolean;
}

const WRITES_MAX = 1;
const BATCH_MAX = 64;

/** Runs the SQL of stage changes. Commands that arrive while a statement runs share the next statement. */
export class StageChangesRepository {
  private readonly writes: Coalescer<StageWrite, StageChanged>;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    /** Whether events are kept until they are published. */
    private readonly areEventsPublished = true,
  ) {
    this.writes = new Coalescer({
      keyOf: ({ orderId }) => orderId,
      run: (batch) => this.writeBatch(batch),
      concurrency: WRITES_MAX,
      batchMax: BATCH_MAX,
      sameWork: (waiting, arriving) => identity(waiting) === identity(arriving),
      retrySingly: (error) => databaseFault(error) === 'data',
      isLocked: (error) => databaseFault(error) === 'locked',
    });
    watchBatches('order_stage_changes', this.writes);
  }

  /**
   * Moves the order if the state machine allows it; answers how it was found. Throws DatabaseAway when the outcome is
   * unknown.
   */
  change(write: StageWrite): Promise<StageChanged> {
    return this.writes.submit(write);
  }

  /** Whether this saga brought the order to its target before. */
  async wasReached({ orderId, target, sagaId }: StageWrite): Promise<boolean> {
    if (sagaId === undefined) return false;
    const rows = await this.database.query(wasReachedStatement(orderId, target, sagaId));
    return rows.length > 0;
  }

  /** Resolves once nothing is under way. */
  idle(): Promise<void> {
    return this.writes.idle();
  }

  private async writeBatch(batch: readonly StageWrite[]): Promise<BatchOutcome<StageChanged>[]> {
    const statement = stageStatement(batch, { areEventsPublished: this.areEventsPublished });
    const rows = await this.database.query<FoundRow>(statement);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return batch.map(({ orderId }) => ({ ok: changedOf(byId.get(orderId)!) }));
  }
}

function identity({ command, target, role, sagaId, cancellationId }: StageWrite): string {
  return JSON.stringify([command, target, role, sagaId, cancellationId]);
}

function changedOf(row: FoundRow): StageChanged {
  const { status, stage, kind, saga_id: sagaId, cancellation_id: cancellationId, moved } = row;
  const found = status ? { status, stage, kind, sagaId, cancellationId } : undefined;
  return { found, moved };
}
