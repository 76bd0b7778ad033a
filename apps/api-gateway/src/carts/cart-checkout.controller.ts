import type { Caller } from '@backstitch/auth';
import { Problem, traceRequest } from '@backstitch/service-kit';
import {
  CartCheckoutDto,
  currencyDigits,
  newUuid,
  type OrderedLine,
} from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { Deliveries } from '../checkout/deliveries.client.js';
import { forwardedCheckout } from '../checkout/forwarded-checkout.js';
import { GatewayConfig } from '../config.js';
import { CheckoutAccepted, CheckoutPlaced } from '../docs/answers.js';
import { ApiProblems, LOCATION, REPLAYED } from '../docs/api-problems.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayCheckout } from '../orchestrators/orchestrators.relay.js';
import { cartKey, expectedTotalMinor, linesOrdered, linesToday } from './cart-checkout.js';
import { cartOwner } from './cart-owner.js';
import { PricedCarts } from './priced-carts.client.js';

const NOT_ACCEPTED = 'The cart could not be read. Nothing was recorded. Send the request again.';

/**
 * The checkout of a cart: a checkout of its lines at the prices of today, under a key of its version. So
 * each version becomes at most one order.
 */
@ApiTags('carts')
@ApiBearerAuth()
@Controller('carts/:userId/checkout')
export class CartCheckoutController {
  private readonly digits: number;

  constructor(
    @Inject(PricedCarts) private readonly carts: PricedCarts,
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(GatewayConfig) config: GatewayConfig,
  ) {
    this.digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  @ApiOperation({ summary: 'Place and pay an order of what is in the cart, once for each version' })
  @ApiParam({ name: 'userId', description: '`me`, or the subject of the token' })
  @ApiHeader({ name: 'Prefer', required: false, description: 'respond-async: 202 at once' })
  @ApiResponse({
    status: 200,
    type: CheckoutPlaced,
    description: 'The order is placed, and the cart is empty unless it was changed meanwhile',
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
    401: 'There is no token',
    402: 'Payment declined. The cart has its lines in a new version',
    403: 'The caller has no cart',
    404: 'The cart of another account',
    409: 'Cart changed or empty, product unavailable, price changed, sold out, or still in progress',
    429: 'Too many requests',
    503: 'NOT_ACCEPTED: nothing was recorded; OUTCOME_UNKNOWN: see Location for the result',
  })
  async checkout(
    @Param('userId') userId: string,
    @Body() body: CartCheckoutDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const caller = cartOwner(userId, request.caller);
    const expectedMinor = expectedTotalMinor(body, this.digits);
    const { version, paymentMethod } = body;
    const key = cartKey(caller.subject, version);
    const sagaId = newUuid();
    traceRequest(request, { sagaId });
    const { id: requestId, headers } = request;
    const forwarded = await this.admission.checkout(key, async (admittance) => {
      const items = await this.lines(caller, requestId, version, expectedMinor);
      const ofCart = {
        userId: caller.subject,
        items,
        cartVersion: version,
        ...(paymentMethod && { paymentMethod }),
      };
      const asking = { caller, requestId, admittance };
      const checkout = body.delivery
        ? await this.deliveries.keepApart({ ...ofCart, delivery: body.delivery }, asking)
        : ofCart;
      const prefer = headers.prefer?.toString();
      return this.orchestrators.forward(
        forwardedCheckout({ sagaId, requestId, key, prefer, admittance, caller, body: checkout }),
      );
    });
    relayCheckout(forwarded, sagaId, request, reply);
  }

  private async lines(
    caller: Caller,
    requestId: string,
    version: number,
    expectedMinor: number | undefined,
  ): Promise<OrderedLine[]> {
    try {
      const asking = { caller, requestId };
      const cart = await this.carts.readForCheckout(asking, version);
      const ordered = linesOrdered(cart, version);
      if (ordered) return ordered;
      return linesToday(await this.carts.price(cart, asking), expectedMinor, this.digits);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'UNAVAILABLE') throw error;
      const { headers = {} } = error.options;
      throw new Problem('NOT_ACCEPTED', NOT_ACCEPTED, { headers, cause: error.options.cause });
    }
  }
}
