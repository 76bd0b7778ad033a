import { traceRequest, UuidParam } from '@backstitch/service-kit';
import { COMMAND_QUEUES, COMMANDS, type OrderView } from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Queries } from './queries.client.js';

@Controller('orders')
export class OrdersController {
  constructor(@Inject(Queries) private readonly queries: Queries) {}

  @Get(':orderId')
  async order(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Req() request: FastifyRequest,
  ): Promise<OrderView> {
    traceRequest(request, { orderId });
    return this.queries.ask(COMMAND_QUEUES.order, COMMANDS.orderGet, { orderId });
  }
}
