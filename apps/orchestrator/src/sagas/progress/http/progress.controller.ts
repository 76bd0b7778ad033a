import { traceRequest, UuidParam } from '@backstitch/service-kit';
import { FulfilOrderDto } from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestKey } from '../../checkout/http/checkout-request.js';
import { replyOf } from '../../marketplace-order/http/acted-reply.js';
import { OrderSignalsHandler } from '../../marketplace-order/order-signals.handler.js';
import { ProgressHandler } from '../progress.handler.js';

/** Orders are handed over: that of a marketplace by its own saga, a plain one by the saga `progress`. */
@Controller('orders/:orderId/fulfil')
export class ProgressController {
  constructor(
    @Inject(ProgressHandler) private readonly handler: ProgressHandler,
    @Inject(OrderSignalsHandler) private readonly signals: OrderSignalsHandler,
  ) {}

  @Post()
  async fulfil(
    @Param('orderId', new UuidParam('orderId')) id: string,
    @Body() { tracking }: FulfilOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const orderId = id.toLowerCase();
    traceRequest(request, { orderId });
    const { id: requestId, caller } = request;
    const told = tracking === undefined ? {} : { tracking };
    if (await this.signals.isPlaced(orderId)) {
      const key = requestKey(request);
      const acting = { orderId, name: 'fulfil', caller, key, data: told } as const;
      return replyOf(await this.signals.act(acting), reply);
    }
    const fulfilling = { orderId, requestId, caller, body: told };
    const { status, replayed, body } = await this.handler.fulfil(fulfilling);
    void reply
      .status(status)
      .headers({
        'x-order-id': orderId,
        ...(replayed && { 'idempotent-replayed': 'true' }),
        ...(status === 202 && { location: `/api/orders/${orderId}` }),
      })
      .send(body);
  }
}
