import { UuidParam } from '@backstitch/service-kit';
import { CancelOrderDto, FulfilOrderDto } from '@backstitch/shared-types';
import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
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
import { ApiProblems, LOCATION, REPLAYED } from '../docs/api-problems.js';
import { CancelledOrderAnswer, MovedOrderAnswer } from '../docs/order-answers.js';
import { optionalBody } from './optional-body.js';
import { OrderActions } from './order-actions.client.js';

const ORDER_ID = { name: 'orderId', format: 'uuid' } as const;
const KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key is the same request, and gets the same answer',
} as const;
const MOVED = { status: 200, type: MovedOrderAnswer, headers: REPLAYED } as const;
const MOVING = {
  status: 202,
  type: MovedOrderAnswer,
  description: 'Accepted and still running; see Location',
  headers: { ...LOCATION, ...REPLAYED },
} as const;
const NOT_MOVED = {
  400: 'Not a UUID, or a field or the key is not valid',
  401: 'There is no token',
  403: 'The caller is neither a seller nor an admin',
  404: 'No such order, or one of another seller',
  409: 'The order is in another stage; `stage` and `allowed` say what fits',
  422: 'Same key, different body',
  503: 'NOT_ACCEPTED: nothing was recorded; OUTCOME_UNKNOWN: send the same request again',
};
const orderIdParam = () => Param('orderId', new UuidParam('orderId'));

/** What people do to an order after it was placed, forwarded to an orchestrator. */
@ApiTags('orders')
@ApiBearerAuth()
@Controller('orders/:orderId')
export class OrderActionsController {
  constructor(@Inject(OrderActions) private readonly actions: OrderActions) {}

  @Post('cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel an order: its money and its goods are given back' })
  @ApiParam(ORDER_ID)
  @ApiResponse({
    status: 200,
    type: CancelledOrderAnswer,
    description: 'It is cancelled',
    headers: REPLAYED,
  })
  @ApiResponse({
    status: 202,
    type: CancelledOrderAnswer,
    description: 'It is being cancelled; see Location for the result',
    headers: { ...LOCATION, ...REPLAYED },
  })
  @ApiProblems({
    400: 'Not a UUID, or a field is missing or wrong',
    403: 'Only the shop writes goods off',
    404: 'No such order',
    409: 'The order cannot be cancelled in its stage; the answer has `stage` and `allowed`',
    503: 'NOT_ACCEPTED: nothing was recorded; OUTCOME_UNKNOWN: send the same request again',
  })
  cancel(
    @orderIdParam() orderId: string,
    @Body() body: CancelOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act({ name: 'cancel', orderId, body }, request, reply);
  }

  @Post('prepare')
  @HttpCode(200)
  @ApiOperation({ summary: 'Begin to prepare: from now on only the shop can cancel' })
  @ApiParam(ORDER_ID)
  @ApiHeader(KEY)
  @ApiResponse({ ...MOVED, description: 'PREPARING' })
  @ApiResponse(MOVING)
  @ApiProblems(NOT_MOVED)
  prepare(
    @orderIdParam() orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act({ name: 'prepare', orderId, body: {} }, request, reply);
  }

  @Post('ready')
  @HttpCode(200)
  @ApiOperation({ summary: 'The goods are ready' })
  @ApiParam(ORDER_ID)
  @ApiHeader(KEY)
  @ApiResponse({ ...MOVED, description: 'READY' })
  @ApiResponse(MOVING)
  @ApiProblems(NOT_MOVED)
  ready(
    @orderIdParam() orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act({ name: 'ready', orderId, body: {} }, request, reply);
  }

  @Post('fulfil')
  @HttpCode(200)
  @ApiOperation({ summary: 'The goods are handed over, also without prepare and ready' })
  @ApiParam(ORDER_ID)
  @ApiHeader(KEY)
  @ApiBody({ type: FulfilOrderDto, required: false })
  @ApiResponse({ ...MOVED, description: 'FULFILLED' })
  @ApiResponse(MOVING)
  @ApiProblems(NOT_MOVED)
  async fulfil(
    @orderIdParam() orderId: string,
    @Body() sent: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = await optionalBody(FulfilOrderDto, sent);
    return this.actions.act({ name: 'fulfil', orderId, body }, request, reply);
  }
}
