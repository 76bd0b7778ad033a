import { maySeeDelivery } from '@backstitch/auth';
import { Problem, traceRequest, UuidParam } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  type OrderView,
  type OwnedOrderView,
} from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OperatorReads } from '../callers/operator-reads.js';
import { mayReadOrder, ownerOfOrder } from '../callers/ownership.js';
import { Queries } from './queries.client.js';

@Controller('orders')
export class OrdersController {
  constructor(
    @Inject(Queries) private readonly queries: Queries,
    @Inject(OperatorReads) private readonly operatorReads: OperatorReads,
  ) {}

  /** The order of another caller is answered as one that does not exist. */
  @Get(':orderId')
  async order(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Req() request: FastifyRequest,
  ): Promise<OrderView> {
    traceRequest(request, { orderId });
    const { caller: asking } = request;
    const { order: queue } = COMMAND_QUEUES;
    const read = await this.queries.ask<OwnedOrderView>(queue, COMMANDS.orderGet, { orderId });
    const owned = { owner: ownerOfOrder(read), createdAtMs: Date.parse(read.createdAt) };
    if (!mayReadOrder(asking, owned, Date.now())) throw new Problem('ORDER_NOT_FOUND');
    this.operatorReads.note(asking, owned.owner, { orderId });
    const { caller: _caller, lifecycle: _lifecycle, delivery, ...order } = read;
    return { ...order, ...(delivery && maySeeDelivery(asking, owned.owner) && { delivery }) };
  }
}
