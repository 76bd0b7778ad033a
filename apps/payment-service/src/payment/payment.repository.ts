import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { databaseFault, type Database, type Statement } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import type { Payment, Settlement } from './payment.js';
import {
  insertCardIntents,
  insertIntents,
  insertTombstones,
  leaseUnsettled,
  paymentFrom,
  readPayments,
  recordRefundRequests,
  writeSettlements,
  type Intent,
  type Lease,
  type PaymentRow,
  type RefundRequest,
} from './payment.sql.js';

interface OfOrder {
  orderId: string;
}

/**
 * Runs the SQL of payments, with coalesced statements. Every method returns the row as
 * it stands afterwards, whether it was written or found; a DatabaseAway leaves open what was
 * written, and a repeat answers it.
 */
export class PaymentRepository {
  private readonly intents: Coalescer<Intent, Payment>;
  private readonly settlements: Coalescer<Settlement, Payment>;
  private readonly refundRequests: Coalescer<RefundRequest, Payment>;
  private readonly readings: Coalescer<OfOrder, Payment | undefined>;

  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly currency: string,
    private readonly digits: number,
  ) {
    this.intents = coalesced(
      (batch) => this.written(batch, intentStatements(batch, currency, digits)),
      (a, b) =>
        a.sagaId === b.sagaId && a.amountMinor === b.amountMinor && a.cardToken === b.cardToken,
    );
    this.settlements = coalesced(
      (batch) => this.written(batch, [writeSettlements]),
      (a, b) => a.by === b.by && a.status === b.status,
    );
    this.refundRequests = coalesced(
      (batch) =>
        this.written(batch, [
          (left) => insertTombstones(left, this.currency),
          recordRefundRequests,
        ]),
      (a, b) => a.sagaId === b.sagaId,
    );
    this.readings = coalesced(
      (batch) => this.found(batch),
      () => true,
    );
    watchBatches('payment_intents', this.intents);
    watchBatches('payment_settlements', this.settlements);
    watchBatches('payment_refund_requests', this.refundRequests);
    watchBatches('payment_reads', this.readings);
  }

  /** Records what is going to be charged, unless the order has its payment. */
  intend(intent: Intent): Promise<Payment> {
    return this.intents.submit(intent);
  }

  /** Writes an outcome, unless the row is not waiting for it any more. */
  settle(settlement: Settlement): Promise<Payment> {
    return this.settlements.submit(settlement);
  }

  /** Records that the payment shall be undone, or the tombstone that keeps it from being made. */
  requestRefund(request: RefundRequest): Promise<Payment> {
    return this.refundRequests.submit(request);
  }

  read(orderId: string): Promise<Payment | undefined> {
    return this.readings.submit({ orderId });
  }

  /** Unsettled payments that from now on are this worker's, until the lease runs out. */
  async lease(terms: Lease): Promise<Payment[]> {
    const rows = await this.database.query<PaymentRow>(leaseUnsettled(terms));
    return rows.map((row) => paymentFrom(row, this.digits));
  }

  /** Each statement is given what those before it did not write; the rest is read. */
  private async written<Item extends OfOrder>(
    batch: readonly Item[],
    statements: readonly ((left: readonly Item[]) => Statement)[],
  ): Promise<BatchOutcome<Payment>[]> {
    const rows = new Map<string, PaymentRow>();
    const left = () => batch.filter(({ orderId }) => !rows.has(orderId));
    for (const statement of [...statements, (rest: readonly Item[]) => readPayments(idsOf(rest))]) {
      const rest = left();
      if (rest.length === 0) break;
      for (const row of await this.database.query<PaymentRow>(statement(rest))) {
        rows.set(row.order_id, row);
      }
    }
    return batch.map(({ orderId }) => {
      const row = rows.get(orderId);
      return row
        ? { ok: paymentFrom(row, this.digits) }
        : { error: new Error(`the payment of order ${orderId} has disappeared`) };
    });
  }

  private async found(batch: readonly OfOrder[]): Promise<BatchOutcome<Payment | undefined>[]> {
    const rows = await this.database.query<PaymentRow>(readPayments(idsOf(batch)));
    const byOrder = new Map(rows.map((row) => [row.order_id, paymentFrom(row, this.digits)]));
    return batch.map(({ orderId }) => ({ ok: byOrder.get(orderId) }));
  }
}

/** Most payments name no card; the others have a statement of their own. */
function intentStatements(batch: readonly Intent[], currency: string, digits: number) {
  const byCard = batch.filter(({ cardToken }) => cardToken !== undefined);
  if (byCard.length === 0) {
    return [(left: readonly Intent[]) => insertIntents(left, currency, digits)];
  }
  const insertOthers = (left: readonly Intent[]) => {
    const others = left.filter(({ cardToken }) => cardToken === undefined);
    return insertIntents(others, currency, digits);
  };
  return [() => insertCardIntents(byCard, currency, digits), insertOthers];
}

/** Concurrent statements. */
const STATEMENTS_MAX = 2;
/** Further statements, for orders of split batches that wait for a row lock. */
const SPLIT_CONCURRENCY = 1;

function coalesced<Item extends OfOrder, Result>(
  run: (batch: readonly Item[]) => Promise<BatchOutcome<Result>[]>,
  sameWork: (waiting: Item, arriving: Item) => boolean,
): Coalescer<Item, Result> {
  return new Coalescer({
    keyOf: ({ orderId }) => orderId,
    concurrency: STATEMENTS_MAX,
    sameWork,
    retrySingly: (error) => ['data', 'bug'].includes(databaseFault(error)),
    isLocked: (error) => databaseFault(error) === 'locked',
    splitConcurrency: SPLIT_CONCURRENCY,
    run,
  });
}

function idsOf(items: readonly OfOrder[]): string[] {
  return items.map(({ orderId }) => orderId);
}
