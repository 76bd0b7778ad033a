import { AccessRows, type Caller, decide, mayRead } from '@backstitch/auth';
import type { Logger } from '@backstitch/service-kit';
import { openCallerId } from '@backstitch/shared-types';
import type { OrderEvent } from '../orders/order-fold.js';
import type { OrdersHandler, StagedOrder } from '../orders/orders.handler.js';
import type { HistoryRepository } from './history.repository.js';

/** An order that its reader may see. */
export interface ReadableOrder {
  order: StagedOrder;
  /** As Caller.id. */
  owner: string;
  /** All of it, from the first on. */
  events: readonly OrderEvent[];
}

const READ_ORDER = new AccessRows('order-service').find('GET', '/orders/:orderId')!.access;

/** Reads an order with its events for a caller. */
export class HistoryHandler {
  constructor(
    private readonly orders: Pick<OrdersHandler, 'getStaged'>,
    private readonly history: Pick<HistoryRepository, 'eventsOf'>,
    private readonly logger: Logger,
  ) {}

  /**
   * Undefined when there is no such order, or when the caller may not read it: both after the same queries.
   */
  async read(orderId: string, asking: Caller | undefined): Promise<ReadableOrder | undefined> {
    // The row is read first: the events that are read after it include the one that made it.
    const order = await this.orders.getStaged(orderId);
    const events = await this.history.eventsOf(orderId);
    if (!order) return undefined;
    const owner = order.caller ?? openCallerId(order.userId ?? '');
    const owned = { owner, createdAtMs: Date.parse(order.createdAt) };
    const isSeller = asking !== undefined && order.sellerId === asking.id;
    if (!isSeller && !mayRead(READ_ORDER, asking, owned, Date.now())) return undefined;
    this.noteOperator(asking, owner, orderId);
    return { order, owner, events };
  }

  /** The log has which orders of others an operator read. */
  private noteOperator(asking: Caller | undefined, owner: string, orderId: string): void {
    if (asking?.kind !== 'user' || asking.id === owner) return;
    const decision = decide(READ_ORDER, asking, Date.now() / 1_000);
    if (!decision.allowed || decision.reach !== 'all') return;
    this.logger.info({ caller: asking.id, orderId }, 'read as operator');
  }
}
