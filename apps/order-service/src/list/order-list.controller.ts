import { AccessRows, decide, type Reach } from '@backstitch/auth';
import { Problem, validationProblem } from '@backstitch/service-kit';
import {
  currencyDigits,
  fromMinor,
  marketplaceStatus,
  orderListQuery,
  type OrderListView,
  type OrderSummaryView,
  type RawOrderListQuery,
  toMinor,
} from '@backstitch/shared-types';
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { cursorBehind, pageOf, scopeOf } from './order-list.js';
import { OrderListRepository } from './order-list.repository.js';
import type { ListedOrder } from './order-list.sql.js';

const { access: LIST_ORDERS } = new AccessRows('order-service').find('GET', '/orders')!;

/** Orders of a buyer, of a seller, or of all, newest first, a page at a time. */
@Controller('orders')
export class OrderListController {
  constructor(@Inject(OrderListRepository) private readonly orders: OrderListRepository) {}

  /** Throws 403 for orders of others. */
  @Get()
  async list(
    @Query() raw: RawOrderListQuery,
    @Req() { caller }: FastifyRequest,
  ): Promise<OrderListView> {
    const query = orderListQuery(raw);
    if ('problems' in query) throw validationProblem(query.problems);
    const reach = reachOf(caller);
    const scope = scopeOf(query, caller, reach);
    if (!scope) throw new Problem('ACCESS_DENIED');
    const page = pageOf(query, scope);
    if (!page) throw new Problem('CURSOR_INVALID');
    const { orders, behind } = await this.orders.list(page);
    return {
      orders: orders.map((order) => summaryOf(order, query.view)),
      next: behind === undefined ? null : cursorBehind(behind, query, scope),
    };
  }
}

/** Without a caller, in development, a request is of an app of ours. */
function reachOf(caller: FastifyRequest['caller']): Reach {
  if (!caller) return 'all';
  const decision = decide(LIST_ORDERS, caller, Date.now() / 1_000);
  return decision.allowed ? decision.reach : 'own';
}

function summaryOf(order: ListedOrder, view: 'marketplace' | undefined): OrderSummaryView {
  const { stage, status, totalAmount, currency } = order;
  const digits = currencyDigits(currency);
  const minor = totalAmount === null ? undefined : toMinor(totalAmount, digits);
  return {
    ...order,
    status: view ? marketplaceStatus(stage) : status,
    totalAmount: minor === undefined ? totalAmount : fromMinor(minor, digits),
  };
}
