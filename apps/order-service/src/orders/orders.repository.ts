import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { databaseFault, type Database } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import type { OrderStatus } from '@backstitch/shared-types';
import {
  readStatement,
  writeStatement,
  type OrderRow,
  type OrderWrite,
  type WriteTerms,
  type WrittenRow,
} from './orders.sql.js';
import type { FoundOrder } from './order.js';
import { stageOf } from './order-stages.js';

/** What became of a write. */
export interface Written {
  /** The order as the command found it; undefined when there was none, or when it was claimed. */
  found: FoundOrder | undefined;
  /** The stored total, as numeric(14,2) says it; null when the row has none. */
  totalAmount: string | null;
  /** The cart that the order is from. */
  cart: OrderedCart | undefined;
}

/** A version of a cart that became an order. */
interface OrderedCart {
  /** As Caller.id. */
  owner: string;
  version: number;
}

const WRITES_MAX = 2;
const BATCH_MAX = 64;
/** An order that another transaction inserted meanwhile is found by the next statement. */
const STATEMENTS_MAX = 3;

/**
 * Runs the SQL of the feature. Commands that arrive while a statement runs share the next
 * statement. Repeats of one command share one result.
 */
export class OrdersRepository {
  private readonly writes: Coalescer<OrderWrite, Written>;
  private readonly reads: Coalescer<string, OrderRow | undefined>;
  private readonly terms: WriteTerms;

  constructor(
    private readonly database: Database,
    currency: string,
    /** Whether events are kept until they are published. */
    areEventsPublished = true,
  ) {
    this.terms = { currency, areEventsPublished };
    this.writes = new Coalescer({
      keyOf: (write) => write.orderId,
      run: (batch) => this.writeBatch(batch),
      concurrency: WRITES_MAX,
      batchMax: BATCH_MAX,
      sameWork: (waiting, arriving) =>
        waiting.change === arriving.change && waiting.sagaId === arriving.sagaId,
      retrySingly: (error) => databaseFault(error) === 'data',
      isLocked: (error) => databaseFault(error) === 'locked',
    });
    this.reads = new Coalescer({
      keyOf: (orderId) => orderId,
      run: (batch) => this.readBatch(batch),
      batchMax: BATCH_MAX,
      sameWork: () => true,
    });
    watchBatches('order_writes', this.writes);
    watchBatches('order_reads', this.reads);
  }

  /**
   * Writes what the command is entitled to and nothing else; answers how it found the order.
   * Throws DatabaseAway when the outcome is unknown, and the driver's error when the data of this
   * very command cannot be stored.
   */
  write(write: OrderWrite): Promise<Written> {
    return this.writes.submit(write);
  }

  read(orderId: string): Promise<OrderRow | undefined> {
    return this.reads.submit(orderId);
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all([this.writes.idle(), this.reads.idle()]);
  }

  private async writeBatch(batch: readonly OrderWrite[]): Promise<BatchOutcome<Written>[]> {
    const written = new Map<string, Written>();
    let waiting = batch;
    for (let statements = 1; waiting.length > 0; statements += 1) {
      if (statements > STATEMENTS_MAX) throw new Error('orders can be neither found nor inserted');
      const rows = await this.database.query<WrittenRow>(writeStatement(waiting, this.terms));
      const unseen = new Set(rows.filter(isUnseen).map(({ id }) => id));
      for (const row of rows) written.set(row.id, writtenOf(row));
      waiting = waiting.filter(
        ({ change, orderId }) => change !== 'confirm' && unseen.has(orderId),
      );
    }
    return batch.map(({ orderId }) => ({ ok: written.get(orderId)! }));
  }

  private async readBatch(batch: readonly string[]): Promise<BatchOutcome<OrderRow | undefined>[]> {
    const rows = await this.database.query<OrderRow>(readStatement(batch));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return batch.map((orderId) => ({ ok: byId.get(orderId) }));
  }
}

function isUnseen({ claimed, status }: WrittenRow): boolean {
  return !claimed && status === null;
}

function writtenOf(row: WrittenRow): Written {
  const { status, total_amount: totalAmount } = row;
  const { cart_version: version, cart_owner: owner } = row;
  const cart = version === null || owner === null ? undefined : { owner, version };
  return { found: status ? foundOrder(row, status) : undefined, totalAmount, cart };
}

function foundOrder(
  { stage, kind, saga_id: sagaId, cancellation_id: cancellationId }: WrittenRow,
  status: OrderStatus,
): FoundOrder {
  const found = { status, stage: stageOf({ status, stage }), kind: kind ?? 'CHECKOUT' } as const;
  return { ...found, sagaId, cancellationId };
}
