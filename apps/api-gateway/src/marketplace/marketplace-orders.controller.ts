import { Problem, UuidParam, validationProblem } from '@backstitch/service-kit';
import {
  checkoutLines,
  currencyDigits,
  PayOrderDto,
  PlaceOrderDto,
  RejectOrderDto,
} from '@backstitch/shared-types';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { forwardedKey } from '../checkout/checkout.js';
import { checkoutCaller } from '../checkout/checkout-caller.js';
import { GatewayConfig } from '../config.js';
import { ApiProblems, REPLAYED } from '../docs/api-problems.js';
import { PlacedOrderAnswer } from '../docs/order-answers.js';
import { optionalBody } from '../orders/optional-body.js';
import { relayOrderAct } from '../orders/order-act.relay.js';
import { OrderActions } from '../orders/order-actions.client.js';
import { PlacedOrders } from './placed-orders.client.js';

const ORDER_ID = { name: 'orderId', format: 'uuid' } as const;
const orderIdParam = () => Param('orderId', new UuidParam('orderId'));
const KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key is the same request, and gets the same answer',
} as const;
const ATTEMPT_KEY = {
  ...KEY,
  required: true,
  description: 'Names the attempt: the same key is the same attempt. A new card needs a new key',
} as const;
const DONE = { status: 200, type: PlacedOrderAnswer, headers: REPLAYED } as const;
const GOES_ON = {
  status: 202,
  type: PlacedOrderAnswer,
  description: 'Accepted and still running; see Location',
} as const;
const PROBLEMS = {
  400: 'A field or the key is not valid',
  401: 'There is no token',
  403: 'The caller is no seller',
  404: 'No such order, or one of another seller',
  422: 'Same key, different body',
  503: 'NOT_ACCEPTED: nothing was recorded; OUTCOME_UNKNOWN: send it again with the same key',
};
const CONFLICT = { 409: 'The order is in another stage; `stage` and `allowed` say what fits' };

/** Orders of one seller, who decides before the customer pays. */
@ApiTags('marketplace')
@ApiBearerAuth()
@Controller('orders')
export class MarketplaceOrdersController {
  private readonly digits: number;

  constructor(
    @Inject(PlacedOrders) private readonly placed: PlacedOrders,
    @Inject(OrderActions) private readonly actions: OrderActions,
    @Inject(GatewayConfig) config: GatewayConfig,
  ) {
    this.digits = currencyDigits(config.CURRENCY);
  }

  @Post()
  @ApiOperation({ summary: 'Place an order with a seller, who then confirms or rejects it' })
  @ApiHeader(KEY)
  @ApiResponse({ ...DONE, status: 201, description: 'The seller can decide now' })
  @ApiResponse(GOES_ON)
  @ApiProblems({
    400: 'Not valid, or a product of another seller: errors[] names each field',
    401: 'There is no token',
    403: 'The userId is not the one of the token',
    422: PROBLEMS[422],
    429: 'Too many requests',
    503: PROBLEMS[503],
  })
  async place(
    @Body() body: PlaceOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const result = checkoutLines(body, this.digits);
    if ('problems' in result) throw validationProblem(result.problems);
    const caller = checkoutCaller(request.caller, userIdOf(body, request));
    const key = forwardedKey(request.raw.headersDistinct['idempotency-key']);
    const placing = { body, caller, requestId: request.id, key };
    relayOrderAct(await this.placed.place(placing), request, reply);
  }

  @Post(':orderId/confirm')
  @ApiOperation({ summary: 'Accept the order: its goods are reserved, and the customer may pay' })
  @ApiParam(ORDER_ID)
  @ApiHeader(KEY)
  @ApiResponse({ ...DONE, description: 'AWAITING_PAYMENT' })
  @ApiResponse(GOES_ON)
  @ApiProblems({ ...PROBLEMS, 409: 'Another stage, sold out, or the price changed' })
  confirm(
    @orderIdParam() orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act({ name: 'confirm', orderId, body: {} }, request, reply);
  }

  @Post(':orderId/reject')
  @ApiOperation({ summary: 'Reject the order: nothing was reserved or charged' })
  @ApiParam(ORDER_ID)
  @ApiHeader(KEY)
  @ApiResponse({ ...DONE, description: 'CANCELLED' })
  @ApiResponse(GOES_ON)
  @ApiProblems({ ...PROBLEMS, ...CONFLICT })
  @ApiBody({ type: RejectOrderDto, required: false })
  async reject(
    @orderIdParam() orderId: string,
    @Body() sent: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = await optionalBody(RejectOrderDto, sent);
    return this.actions.act({ name: 'reject', orderId, body }, request, reply);
  }

  @Post(':orderId/pay')
  @ApiOperation({ summary: 'Pay the order: three attempts, until the time to pay is over' })
  @ApiParam(ORDER_ID)
  @ApiHeader(ATTEMPT_KEY)
  @ApiResponse({ ...DONE, description: 'PAID' })
  @ApiResponse(GOES_ON)
  @ApiProblems({
    ...PROBLEMS,
    402: 'Declined; `attemptsLeft` and `declineCode` say more',
    409: 'Another stage, another payment in progress, or it cannot be paid any more',
  })
  pay(
    @orderIdParam() orderId: string,
    @Body() body: PayOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act({ name: 'pay', orderId, body }, request, reply);
  }
}

/** Throws a Problem where neither a token nor the body says who orders. */
function userIdOf({ userId }: PlaceOrderDto, { caller }: FastifyRequest): string {
  if (caller && caller.kind !== 'open') {
    if (userId === undefined || userId === caller.subject) return caller.subject;
    throw new Problem('SUBJECT_MISMATCH', 'userId must be the subject of the token. Omit it.');
  }
  if (userId !== undefined) return userId;
  const message = 'userId is required without an access token';
  throw validationProblem([{ field: 'userId', message }]);
}
