import { reachedFaultPoint, traceRequest } from '@backstitch/service-kit';
import { CheckoutRequestDto, currencyDigits, newUuid } from '@backstitch/shared-types';
import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayConfig } from '../config.js';
import { CheckoutAccepted, CheckoutPlaced, ProblemAnswer } from '../docs/answers.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayCheckout } from '../orchestrators/orchestrators.relay.js';
import { forwardedKey, refuseImpossibleLines } from './checkout.js';

@ApiTags('checkout')
@Controller('checkout')
export class CheckoutController {
  readonly #digits: number;

  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(GatewayConfig) config: GatewayConfig,
  ) {
    this.#digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  @ApiOperation({ summary: 'Order what is in the cart and pay for it, completely or not at all' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Names this checkout for 30 days: 1-255 characters, quoted or bare',
  })
  @ApiHeader({ name: 'Prefer', required: false, description: 'respond-async: 202 at once' })
  @ApiBody({ type: CheckoutRequestDto })
  @ApiResponse({ status: 200, type: CheckoutPlaced, description: 'The order is placed' })
  @ApiResponse({ status: 202, type: CheckoutAccepted, description: 'Going on; see Location' })
  @ApiResponse({ status: 400, type: ProblemAnswer, description: 'Malformed: which field, why' })
  @ApiResponse({ status: 402, type: ProblemAnswer, description: 'Payment declined' })
  @ApiResponse({ status: 404, type: ProblemAnswer, description: 'Unknown product' })
  @ApiResponse({ status: 409, type: ProblemAnswer, description: 'Stock, price, or in progress' })
  @ApiResponse({ status: 422, type: ProblemAnswer, description: 'Same key, different body' })
  @ApiResponse({ status: 429, type: ProblemAnswer, description: 'Too many requests' })
  @ApiResponse({ status: 503, type: ProblemAnswer, description: 'NOT_ACCEPTED, OUTCOME_UNKNOWN' })
  async checkout(
    @Body() body: CheckoutRequestDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    refuseImpossibleLines(body, this.#digits);
    const key = forwardedKey(request.raw.headersDistinct['idempotency-key']);
    const { prefer } = request.headers;
    const sagaId = newUuid();
    traceRequest(request, { sagaId });
    reachedFaultPoint('gateway.before-forward');
    const forwarded = await this.orchestrators.forward({
      method: 'POST',
      path: '/checkout',
      headers: {
        'content-type': 'application/json',
        'x-request-id': request.id,
        'x-saga-id': sagaId,
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(prefer !== undefined && { prefer: String(prefer) }),
      },
      body: JSON.stringify(body),
    });
    reachedFaultPoint('gateway.after-forward');
    relayCheckout(forwarded, sagaId, request, reply);
  }
}
