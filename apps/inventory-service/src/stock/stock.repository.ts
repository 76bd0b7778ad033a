import { Coalescer } from '@backstitch/coalesce';
import { databaseFault, watchBatches } from '@backstitch/service-kit';
import type { Lanes } from '../database/lanes.js';
import type { Hold, StockAnswer } from './hold.js';
import { Shelf } from './shelf.js';
import { StockTransaction, type StockCommand, type HoldTerms } from './stock.transaction.js';
import {
  holdFrom,
  linesByOrder,
  lockOverdueHolds,
  lockProducts,
  productFrom,
  readLines,
  write,
} from './stock.sql.js';
import { expire } from './stock.js';

/** Transactions under way at once: while one waits for its commit another one decides. */
export const STOCK_LANES = 2;

/**
 * The only SQL that moves stock. Commands that wait for a lane travel in one transaction, each with
 * an outcome of its own.
 */
export class StockRepository {
  private readonly commands: Coalescer<StockCommand, StockAnswer>;

  constructor(
    private readonly lanes: Lanes,
    private readonly terms: HoldTerms,
  ) {
    this.commands = new Coalescer({
      keyOf: (command) => command.orderId,
      lanes: STOCK_LANES,
      sameWork: (waiting, arriving) =>
        waiting.kind === arriving.kind && waiting.sagaId === arriving.sagaId,
      retrySingly: (error) => ['data', 'bug'].includes(databaseFault(error)),
      run: (batch) =>
        this.lanes.transact((flight) => new StockTransaction(flight, batch, this.terms).run()),
    });
    watchBatches('stock', this.commands);
  }

  /**
   * Reserves, releases or commits: one effect an order however often it is asked. Throws Fault; after
   * a DatabaseAway the outcome is not known and a repeat answers what it was.
   */
  submit(command: StockCommand): Promise<StockAnswer> {
    return this.commands.submit(command);
  }

  /** Puts the stock of at most `limit` overdue holds back; answers those. */
  expireOverdue(limit: number): Promise<Hold[]> {
    return this.lanes.transact(async (flight) => {
      const [rows = []] = await flight.send(lockOverdueHolds(limit));
      const orderIds = rows.map((row) => row.order_id as string);
      if (orderIds.length === 0) {
        await flight.commit();
        return [];
      }
      const [lineRows = [], products = []] = await flight.send(
        readLines(orderIds),
        lockProducts([], orderIds),
      );
      const lines = linesByOrder(lineRows, this.terms.digits);
      const shelf = new Shelf(products.map((row) => productFrom(row, this.terms.digits)));
      const holds = rows.map((row) => {
        return expire(holdFrom(row, lines.get(row.order_id as string)), shelf);
      });
      await flight.commit(
        write({ moves: shelf.changes(), newLines: [], holds }, this.terms.digits),
      );
      return holds;
    });
  }

  /** Resolves once no command waits or is under way. */
  idle(): Promise<void> {
    return this.commands.idle();
  }
}
