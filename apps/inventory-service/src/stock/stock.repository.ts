import { Coalescer } from '@backstitch/coalesce';
import { databaseFault, type Statement, watchBatches } from '@backstitch/service-kit';
import type { Lanes } from '../database/lanes.js';
import type { Hold, StockAnswer } from './hold.js';
import { Shelf } from './shelf.js';
import { StockTransaction, type StockCommand, type HoldTerms } from './stock.transaction.js';
import {
  holdFrom,
  linesByOrder,
  lockOverdueHolds,
  lockOverdueHoldsOfFreeProducts,
  lockProducts,
  productFrom,
  readLines,
  write,
} from './stock.sql.js';
import { expire } from './stock.js';

/** Transactions under way at once: while one waits for its commit another one decides. */
export const STOCK_LANES = 2;
/** And beside them, of commands for what somebody else has locked. */
export const STOCK_ASIDE = 2;
/** One command alone waits for a lock so long: which products a release needs is not known before. */
const ASIDE_LOCK_MS = 100;

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
      concurrency: STOCK_LANES,
      sameWork: (waiting, arriving) =>
        waiting.kind === arriving.kind && waiting.sagaId === arriving.sagaId,
      retrySingly: (error) => ['data', 'bug'].includes(databaseFault(error)),
      isLocked: (error) => databaseFault(error) === 'locked',
      locksOf,
      asideMax: STOCK_ASIDE,
      run: (batch, isAside) =>
        this.lanes.transact(
          (flight) => new StockTransaction(flight, batch, this.terms).run(),
          isAside ? ASIDE_LOCK_MS : undefined,
        ),
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

  /**
   * Puts the stock of at most `limit` overdue holds back; answers those. Holds of products that
   * somebody keeps locked are left for another time.
   */
  async expireOverdue(limit: number): Promise<Hold[]> {
    try {
      return await this.expire(lockOverdueHolds(limit));
    } catch (error) {
      if (databaseFault(error) !== 'locked') throw error;
      return this.expire(lockOverdueHoldsOfFreeProducts(limit));
    }
  }

  /** Resolves once no command waits or is under way. */
  idle(): Promise<void> {
    return this.commands.idle();
  }

  private expire(overdue: Statement): Promise<Hold[]> {
    return this.lanes.transact(async (flight) => {
      const [rows = []] = await flight.send(overdue);
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
}

/** What a release or a late commit moves is known only to its hold. */
function locksOf(command: StockCommand): string[] {
  if (command.kind !== 'reserve') return [command.orderId];
  return command.demand.map(({ productId }) => productId);
}
