import { httpValidationPipe, traceRequest } from '@backstitch/service-kit';
import { ForwardedCheckoutDto, currencyDigits } from '@backstitch/shared-types';
import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OrchestratorConfig } from '../../../config.js';
import { CheckoutHandler } from '../checkout.handler.js';
import { replyOf } from './checkout-reply.js';
import { checkoutRequestOf, refuseTwoKeys, sagaIdOf, withUserId } from './checkout-request.js';

const BODY = { type: 'body', metatype: ForwardedCheckoutDto } as const;

@Controller('checkout')
export class CheckoutController {
  private readonly digits: number;
  private readonly validation = httpValidationPipe();

  constructor(
    @Inject(CheckoutHandler) private readonly handler: CheckoutHandler,
    @Inject(OrchestratorConfig) config: OrchestratorConfig,
  ) {
    this.digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  async checkout(
    @Body() sent: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { headers, id: requestId, caller } = request;
    // Not by the pipe: a caller with a token may leave userId out.
    const valid = this.validation.transform(withUserId(sent, caller), BODY);
    const body = (await valid) as ForwardedCheckoutDto;
    const sagaId = sagaIdOf(headers);
    traceRequest(request, { sagaId });
    refuseTwoKeys(request.raw);
    const asked = { sagaId, requestId, headers, caller, body, digits: this.digits };
    const answered = await this.handler.checkout(checkoutRequestOf(asked));
    traceRequest(request, { sagaId: answered.sagaId, orderId: answered.orderId });
    const { status, headers: replied, body: written } = replyOf(answered);
    void reply.status(status).headers(replied).send(written);
  }
}
