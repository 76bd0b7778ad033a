import { Coalescer } from '@backstitch/coalesce';
import {
  type Database,
  databaseFault,
  type PipelinedTransaction,
  type Statement,
} from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import type { Reservation, StockAnswer } from './reservation.js';
import { StockLevels } from './stock-levels.js';
import { RETURN_CONNECTIONS } from './returns.repository.js';
import { StockTransaction, type StockCommand, type ReservationTerms } from './stock.transaction.js';
import {
  reservationFrom,
  linesByOrder,
  lockOverdueReservations,
  lockOverdueReservationsOfFreeProducts,
  lockProducts,
  productFrom,
  readLines,
  write,
} from './stock.sql.js';
import { expire } from './stock.js';

/** Concurrent transactions: while one waits for its commit, another one decides. */
const TRANSACTIONS_MAX = 2;
/** Further transactions, for commands of split batches that wait for a row lock. */
const SPLIT_CONCURRENCY = 2;
/** The sweeper has a connection of its own, and so have returns: commands do not wait for them. */
export const STOCK_CONNECTIONS = TRANSACTIONS_MAX + SPLIT_CONCURRENCY + 1 + RETURN_CONNECTIONS;

/** The triggers of the stock ledger read this setting. */
const OF_RESERVATIONS = { 'backstitch.stock_move': 'HOLD' };
/** A command of a split batch runs alone. It waits for a lock at most this long (milliseconds). */
const OF_SPLIT_BATCHES = { ...OF_RESERVATIONS, lock_timeout: 100 };

/**
 * The only SQL that changes stock. Commands that wait for a connection share the next transaction,
 * and each has its own outcome.
 */
export class StockRepository {
  private readonly commands: Coalescer<StockCommand, StockAnswer>;

  constructor(
    private readonly database: Pick<Database, 'pipelined'>,
    private readonly terms: ReservationTerms,
  ) {
    this.commands = new Coalescer({
      keyOf: (command) => command.orderId,
      concurrency: TRANSACTIONS_MAX,
      sameWork: (waiting, arriving) =>
        waiting.kind === arriving.kind &&
        waiting.sagaId === arriving.sagaId &&
        untilOf(waiting) === untilOf(arriving),
      retrySingly: (error) => ['data', 'bug'].includes(databaseFault(error)),
      isLocked: (error) => databaseFault(error) === 'locked',
      locksOf,
      splitConcurrency: SPLIT_CONCURRENCY,
      run: (batch, isSplit) =>
        this.database.pipelined(
          (transaction) => new StockTransaction(transaction, batch, this.terms).run(),
          isSplit ? OF_SPLIT_BATCHES : OF_RESERVATIONS,
        ),
    });
    watchBatches('stock', this.commands);
  }

  /**
   * Reserves, extends, releases or commits: one effect for each order, however often the command is repeated.
   * Throws Fault. After DatabaseAway the outcome is unknown, and a repeated command is answered with it.
   */
  submit(command: StockCommand): Promise<StockAnswer> {
    return this.commands.submit(command);
  }

  /**
   * Puts the stock of at most `limit` overdue reservations back; answers those. Reservations of
   * products that another session keeps locked are left for a later run.
   */
  async expireOverdue(limit: number): Promise<Reservation[]> {
    try {
      return await this.expire(lockOverdueReservations(limit));
    } catch (error) {
      if (databaseFault(error) !== 'locked') throw error;
      return this.expire(lockOverdueReservationsOfFreeProducts(limit));
    }
  }

  /** Resolves once no command waits or is under way. */
  idle(): Promise<void> {
    return this.commands.idle();
  }

  private expire(overdue: Statement): Promise<Reservation[]> {
    const work = async (transaction: PipelinedTransaction) => {
      const [rows = []] = await transaction.send(overdue);
      const orderIds = rows.map((row) => row.order_id as string);
      if (orderIds.length === 0) {
        await transaction.commit();
        return [];
      }
      const [lineRows = [], products = []] = await transaction.send(
        readLines(orderIds),
        lockProducts([], orderIds),
      );
      const lines = linesByOrder(lineRows, this.terms.digits);
      const levels = new StockLevels(products.map((row) => productFrom(row, this.terms.digits)));
      const reservations = rows.map((row) => {
        return expire(reservationFrom(row, lines.get(row.order_id as string)), levels);
      });
      await transaction.commit(
        write({ moves: levels.changes(), newLines: [], reservations }, this.terms.digits),
      );
      return reservations;
    };
    return this.database.pipelined(work, OF_RESERVATIONS);
  }
}

function untilOf(command: StockCommand): string | undefined {
  return command.kind === 'extend' ? command.until : undefined;
}

/** What a release or a late commit moves is known only to its reservation. */
function locksOf(command: StockCommand): string[] {
  if (command.kind !== 'reserve') return [command.orderId];
  return command.demand.map(({ productId }) => productId);
}
