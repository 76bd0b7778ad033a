import { type Caller, openCaller } from '@backstitch/auth';
import { Problem, traceRequest, UuidParam, validationProblem } from '@backstitch/service-kit';
import {
  checkoutLines,
  currencyDigits,
  ForwardedPlaceOrderDto,
  PayOrderDto,
  RejectOrderDto,
} from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OrchestratorConfig } from '../../../config.js';
import { requestKey } from '../../checkout/http/checkout-request.js';
import { OrderSignalsHandler } from '../order-signals.handler.js';
import { PaymentHandler } from '../payment.handler.js';
import { PlacementHandler } from '../placement.handler.js';
import { replyOf } from './acted-reply.js';

const orderIdParam = () => Param('orderId', new UuidParam('orderId'));

/** Marketplace orders: placed by a customer, moved on by the seller, paid by the customer. */
@Controller('orders')
export class MarketplaceOrdersController {
  private readonly digits: number;

  constructor(
    @Inject(PlacementHandler) private readonly placements: PlacementHandler,
    @Inject(OrderSignalsHandler) private readonly signals: OrderSignalsHandler,
    @Inject(PaymentHandler) private readonly payments: PaymentHandler,
    @Inject(OrchestratorConfig) config: OrchestratorConfig,
  ) {
    this.digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  async place(
    @Body() body: ForwardedPlaceOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { userId, sellerId, deliveryHash } = body;
    const result = checkoutLines(body, this.digits);
    if ('problems' in result) throw validationProblem(result.problems);
    const orderId = body.orderId.toLowerCase();
    traceRequest(request, { orderId });
    const acted = await this.placements.place({
      orderId,
      requestId: request.id,
      buyer: { caller: buyerOf(request.caller, userId).id, userId },
      sellerId,
      lines: result.lines,
      deliveryHash,
      key: requestKey(request),
    });
    replyOf(acted, reply, 201);
  }

  @Post(':orderId/confirm')
  confirm(
    @orderIdParam() orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.act('confirm', orderId, {}, request, reply);
  }

  @Post(':orderId/reject')
  reject(
    @orderIdParam() orderId: string,
    @Body() { reason }: RejectOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.act('reject', orderId, reason ? { reason } : {}, request, reply);
  }

  @Post(':orderId/pay')
  async pay(
    @orderIdParam() orderId: string,
    @Body() { method }: PayOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    traceRequest(request, { orderId });
    const key = requestKey(request);
    if (key === undefined) {
      const message = 'Idempotency-Key is required: it names the attempt to pay';
      throw new Problem('INVALID_IDEMPOTENCY_KEY', message, {
        errors: [{ field: 'Idempotency-Key', message }],
      });
    }
    const { id: requestId, caller } = request;
    const { token } = method;
    const paying = { orderId: orderId.toLowerCase(), caller, key, token, requestId };
    replyOf(await this.payments.pay(paying), reply);
  }

  private async act(
    name: 'confirm' | 'reject',
    id: string,
    data: { reason?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const orderId = id.toLowerCase();
    traceRequest(request, { orderId });
    const { caller } = request;
    const key = requestKey(request);
    replyOf(await this.signals.act({ orderId, name, caller, key, data }), reply);
  }
}

/** Throws 403 when the body says another user than the token. */
function buyerOf(caller: Caller | undefined, userId: string): Caller {
  const buyer = caller ?? openCaller(userId);
  if (buyer.subject === userId) return buyer;
  throw new Problem('SUBJECT_MISMATCH', 'userId must be the subject of the token. Omit it.');
}
