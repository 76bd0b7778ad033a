import { Problem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  type OrderLifecycle,
  type OwnedOrderView,
} from '@backstitch/shared-types';
import type { Queries } from '../host/queries/queries.client.js';
import { unavailable } from './unavailable.js';

/** An order, and how far it is. */
export type StagedOrder = OwnedOrderView & { lifecycle: OrderLifecycle };

/** Reads orders that people act on. */
export class StagedOrders {
  constructor(private readonly queries: Queries) {}

  /** Undefined for an unknown order. Throws a Problem. */
  async read(orderId: string): Promise<StagedOrder | undefined> {
    const asking = this.queries.ask<OwnedOrderView>(COMMAND_QUEUES.order, COMMANDS.orderGet, {
      orderId,
    });
    const order = await asking.catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'ORDER_NOT_FOUND') return undefined;
      throw error;
    });
    if (!order) return undefined;
    const { lifecycle } = order;
    if (!lifecycle) throw unavailable('order-service is of an earlier release');
    return { ...order, lifecycle };
  }
}
