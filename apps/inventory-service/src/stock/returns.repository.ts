import { Coalescer } from '@backstitch/coalesce';
import type { Database, PipelinedTransaction } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import { Fault } from '@backstitch/shared-types';
import { isDeepStrictEqual } from 'node:util';
import type { Reservation } from './reservation.js';
import { claimReturn, readReturn, writeReturn } from './returns.sql.js';
import { StockLevels } from './stock-levels.js';
import { giveBack, mayBeArchived, type StockReturn } from './stock-return.js';
import {
  linesByOrder,
  lockProducts,
  lockReservations,
  productFrom,
  readLines,
  reservationFrom,
} from './stock.sql.js';
import type { ReservationTerms } from './stock.transaction.js';

export const RETURN_CONNECTIONS = 1;

/** The triggers of the stock ledger read this setting. */
const OF_RESERVATIONS = { 'backstitch.stock_move': 'HOLD' };

/**
 * Takes goods back that were sold, one return a transaction: returns are rare. Locks in the order of all stock: the
 * reservation, then products by id. A return is claimed after its reservation is locked.
 */
export class ReturnsRepository {
  private readonly returns: Coalescer<StockReturn, 'done'>;

  constructor(
    private readonly database: Pick<Database, 'pipelined'>,
    private readonly terms: ReservationTerms,
  ) {
    this.returns = new Coalescer({
      keyOf: ({ returnId }) => returnId,
      concurrency: RETURN_CONNECTIONS,
      batchMax: 1,
      sameWork: (waiting, arriving) => isDeepStrictEqual(waiting, arriving),
      run: async ([each]) => {
        const work = (transaction: PipelinedTransaction) => this.take(transaction, each!);
        return [{ ok: await this.database.pipelined(work, OF_RESERVATIONS) }];
      },
    });
    watchBatches('stock_returns', this.returns);
  }

  /**
   * Takes the lines back, once for each return id. Throws Fault when they were not sold, and nothing is moved.
   * After DatabaseAway the outcome is unknown, and a repeated command is answered with it.
   */
  giveBack(back: StockReturn): Promise<'done'> {
    return this.returns.submit(back);
  }

  /** Resolves once nothing waits or is under way. */
  idle(): Promise<void> {
    return this.returns.idle();
  }

  private async take(transaction: PipelinedTransaction, back: StockReturn): Promise<'done'> {
    const { returnId, orderId, lines } = back;
    const [found = [], claimed = [], items = [], products = []] = await transaction.send(
      lockReservations([orderId]),
      claimReturn(back),
      readLines([orderId]),
      lockProducts(lines.map(({ productId }) => productId)),
    );
    if (claimed.length === 0) {
      const [made = []] = await transaction.commit(readReturn(returnId));
      return sameReturn(made[0]!, back);
    }
    const { digits } = this.terms;
    const held = linesByOrder(items, digits).get(orderId);
    const reservation = found[0] && reservationFrom(found[0], held);
    const levels = new StockLevels(products.map((row) => productFrom(row, digits)));
    const written = giveBack(back, this.soldBy(orderId, reservation), levels);
    await transaction.commit(writeReturn(back, written, levels.changes()));
    return 'done';
  }

  /** Undefined: it is archived. */
  private soldBy(orderId: string, reservation: Reservation | undefined): Reservation | undefined {
    if (reservation || mayBeArchived(orderId, this.terms.keptDays, Date.now())) return reservation;
    const message = `There is no reservation for order ${orderId}`;
    throw new Fault('RESERVATION_NOT_FOUND', message, false);
  }
}

/** An id has one return: another one under it is a mistake of its sender. */
function sameReturn(
  made: Record<string, unknown>,
  { orderId, lines, disposition }: StockReturn,
): 'done' {
  const { order_id: of, lines: back, disposition: as } = made;
  if (isDeepStrictEqual([of, back, as], [orderId, lines, disposition])) return 'done';
  throw new Fault(
    'WRONG_SAGA',
    `the return belongs to order ${String(of)}, or has other lines`,
    false,
  );
}
