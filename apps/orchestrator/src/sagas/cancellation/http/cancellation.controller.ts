import { Problem, traceRequest, UuidParam } from '@backstitch/service-kit';
import { CancelOrderDto } from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CancellationHandler } from '../cancellation.handler.js';

@Controller('orders/:orderId/cancel')
export class CancellationController {
  constructor(@Inject(CancellationHandler) private readonly handler: CancellationHandler) {}

  @Post()
  async cancel(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Body() body: CancelOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id: requestId, caller } = request;
    traceRequest(request, { orderId });
    const answer = await this.handler.cancel({ orderId, requestId, caller, body });
    if (answer.kind === 'refused') {
      const { detail, stage, allowed } = answer;
      const extensions = { orderId, stage, allowed };
      throw new Problem('ORDER_NOT_CANCELLABLE', detail, { extensions });
    }
    const { sagaId } = answer.body;
    if (sagaId !== null) traceRequest(request, { sagaId });
    void reply
      .status(answer.status)
      .headers({
        'x-order-id': answer.body.orderId,
        ...(sagaId !== null && { 'x-saga-id': sagaId }),
        ...(answer.location !== undefined && { location: answer.location }),
        ...(answer.replayed && { 'idempotent-replayed': 'true' }),
      })
      .send(answer.body);
  }
}
