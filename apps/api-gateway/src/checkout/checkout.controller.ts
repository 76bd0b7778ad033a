import { reachedFaultPoint, traceRequest } from '@backstitch/service-kit';
import { CheckoutWithDeliveryDto, currencyDigits, newUuid } from '@backstitch/shared-types';
import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { Deliveries } from './deliveries.client.js';
import { GatewayConfig } from '../config.js';
import { CheckoutAccepted, CheckoutPlaced } from '../docs/answers.js';
import { ApiProblems, LOCATION, REPLAYED } from '../docs/api-problems.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayCheckout } from '../orchestrators/orchestrators.relay.js';
import { checkoutCaller } from './checkout-caller.js';
import { forwardedKey, validateLines } from './checkout.js';
import { forwardedCheckout } from './forwarded-checkout.js';

/** The example of the documentation: a product of the demo catalogue. */
const TWO_MICE = {
  userId: 'user-123',
  items: [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' }],
};

@ApiTags('checkouts')
@ApiBearerAuth()
@Controller('checkout')
export class CheckoutController {
  private readonly digits: number;

  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(GatewayConfig) config: GatewayConfig,
  ) {
    this.digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  @ApiOperation({ summary: 'Place and pay an order, completely or not at all' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Identifies this checkout for 30 days: 1-255 characters, quoted or bare. Without it, equal carts ' +
      'of one userId within a minute are one order: guests who share a userId must send different keys',
  })
  @ApiHeader({ name: 'Prefer', required: false, description: 'respond-async: 202 at once' })
  @ApiBody({ type: CheckoutWithDeliveryDto, examples: { 'two mice': { value: TWO_MICE } } })
  @ApiResponse({
    status: 200,
    type: CheckoutPlaced,
    description: 'The order is placed',
    headers: REPLAYED,
  })
  @ApiResponse({
    status: 202,
    type: CheckoutAccepted,
    description: 'Accepted and still running; see Location',
    headers: { ...LOCATION, ...REPLAYED },
  })
  @ApiProblems({
    400: 'Not valid: errors[] names each field',
    402: 'Payment declined',
    404: 'Unknown product',
    409: 'Sold out, price changed, undone, or the same key still in progress (with Retry-After)',
    413: 'The body is over 32 KB',
    415: 'The body or its transfer is compressed',
    431: 'The address and the headers are over 16 KB',
    422: 'Same key, different body',
    429: 'Too many requests',
    503: 'NOT_ACCEPTED: nothing was recorded; OUTCOME_UNKNOWN: see Location for the result',
  })
  async checkout(
    @Body() body: CheckoutWithDeliveryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    validateLines(body, this.digits);
    const key = forwardedKey(request.raw.headersDistinct['idempotency-key']);
    const { prefer } = request.headers;
    const sagaId = newUuid();
    traceRequest(request, { sagaId });
    reachedFaultPoint('gateway.before-forward');
    const caller = checkoutCaller(request.caller, body.userId);
    const forwarded = await this.admission.checkout(key, async (admittance) =>
      this.orchestrators.forward(
        forwardedCheckout({
          sagaId,
          requestId: request.id,
          key,
          prefer: prefer?.toString(),
          admittance,
          caller,
          body: body.delivery
            ? await this.deliveries.keepApart(body, { caller, requestId: request.id, admittance })
            : body,
        }),
      ),
    );
    reachedFaultPoint('gateway.after-forward');
    relayCheckout(forwarded, sagaId, request, reply);
  }
}
