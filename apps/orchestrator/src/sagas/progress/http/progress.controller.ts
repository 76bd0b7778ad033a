import { traceRequest, UuidParam } from '@backstitch/service-kit';
import { FulfilOrderDto, type ProgressStage } from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestKey } from '../../checkout/http/checkout-request.js';
import { replyOf } from '../../marketplace-order/http/acted-reply.js';
import { OrderSignalsHandler } from '../../marketplace-order/order-signals.handler.js';
import { ProgressHandler } from '../progress.handler.js';
import { ACTION_TO } from '../progress.js';

const orderIdParam = () => Param('orderId', new UuidParam('orderId'));

/** Orders are moved on: those of a marketplace by their own saga, plain ones by the saga `progress`. */
@Controller('orders/:orderId')
export class ProgressController {
  constructor(
    @Inject(ProgressHandler) private readonly handler: ProgressHandler,
    @Inject(OrderSignalsHandler) private readonly signals: OrderSignalsHandler,
  ) {}

  @Post('prepare')
  prepare(
    @orderIdParam() orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.move({ orderId, stage: 'PREPARING' }, request, reply);
  }

  @Post('ready')
  ready(
    @orderIdParam() orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.move({ orderId, stage: 'READY' }, request, reply);
  }

  @Post('fulfil')
  fulfil(
    @orderIdParam() orderId: string,
    @Body() { tracking }: FulfilOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.move({ orderId, stage: 'FULFILLED', tracking }, request, reply);
  }

  private async move(
    { orderId: id, stage, tracking }: Move,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const orderId = id.toLowerCase();
    traceRequest(request, { orderId });
    const { id: requestId, caller } = request;
    if (await this.signals.isPlaced(orderId)) {
      const data = tracking === undefined ? {} : { tracking };
      const asked = { name: ACTION_TO[stage], key: requestKey(request), data };
      return replyOf(await this.signals.act({ orderId, caller, ...asked }), reply);
    }
    const moving = { orderId, requestId, caller, stage, tracking };
    const { status, replayed, body } = await this.handler.move(moving);
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

interface Move {
  orderId: string;
  stage: ProgressStage;
  tracking?: string | undefined;
}
