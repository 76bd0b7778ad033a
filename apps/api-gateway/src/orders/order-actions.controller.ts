import { UuidParam } from '@backstitch/service-kit';
import { CancelOrderDto, FulfilOrderDto } from '@backstitch/shared-types';
import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, LOCATION, REPLAYED } from '../docs/api-problems.js';
import { CancelledOrderAnswer, FulfilledOrderAnswer } from '../docs/order-answers.js';
import { OrderActions } from './order-actions.client.js';

const ORDER_ID = { name: 'orderId', format: 'uuid' } as const;
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
    503: 'Not possible now; send it again',
  })
  cancel(
    @orderIdParam() orderId: string,
    @Body() body: CancelOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act(`/orders/${orderId}/cancel`, body, request, reply);
  }

  @Post('fulfil')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hand a plain order over; by its seller or an admin' })
  @ApiParam(ORDER_ID)
  @ApiResponse({
    status: 200,
    type: FulfilledOrderAnswer,
    description: 'It is handed over',
    headers: REPLAYED,
  })
  @ApiResponse({
    status: 202,
    type: FulfilledOrderAnswer,
    description: 'It is being handed over; see Location for the result',
    headers: { ...LOCATION, ...REPLAYED },
  })
  @ApiProblems({
    400: 'Not a UUID, or a field is wrong',
    404: 'No such order',
    409: 'The order is in another stage; the answer has `stage` and `allowed`',
    503: 'Not possible now; send it again',
  })
  fulfil(
    @orderIdParam() orderId: string,
    @Body() body: FulfilOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.actions.act(`/orders/${orderId}/fulfil`, body, request, reply);
  }
}
