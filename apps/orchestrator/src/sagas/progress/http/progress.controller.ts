import { traceRequest, UuidParam } from '@backstitch/service-kit';
import { FulfilOrderDto } from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProgressHandler } from '../progress.handler.js';

@Controller('orders/:orderId/fulfil')
export class ProgressController {
  constructor(@Inject(ProgressHandler) private readonly handler: ProgressHandler) {}

  @Post()
  async fulfil(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Body() body: FulfilOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id: requestId, caller } = request;
    traceRequest(request, { orderId });
    const {
      status,
      replayed,
      body: told,
    } = await this.handler.fulfil({
      orderId,
      requestId,
      caller,
      body,
    });
    void reply
      .status(status)
      .headers({
        'x-order-id': told.orderId,
        ...(replayed && { 'idempotent-replayed': 'true' }),
        ...(status === 202 && { location: `/api/orders/${told.orderId}` }),
      })
      .send(told);
  }
}
